package org.tenon.models.golden;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.tensor.DType;
import org.tenon.backend.opencl.OpenClProvider;
import org.tenon.backend.opencl.Variant;
import org.tenon.models.Tenon;

/** A golden of each kind on the OpenCL kernels that are cut for GPUs, which a processor runs too, only slowly. */
class OpenClGpuGoldenTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-gqa-tied",
                "gemma2-window",
                "mixtral-f32",
                "mamba-tied-f32",
                "mamba2-groups",
                "t5-f32",
                "bert-masked"
            })
    void isTheReferences(String golden) {
        Goldens.assumeThere("opencl");
        Tenon.Builder builder =
                Tenon.builder().backend(new OpenClProvider(Variant.GPU)).activations(DType.F32);
        Verification found = Goldens.verify(builder, Goldens.FOLDER.resolve(golden), golden);
        assertTrue(found.passed(), found::toString);
        assertFalse(found.ways().isEmpty());
        // an error in one of a hundred places is far above rounding: F32 itself stays near 1e-6
        assertTrue(found.ways().stream().allMatch(way -> way.deviation() < 1e-5), found::toString);
    }
}
