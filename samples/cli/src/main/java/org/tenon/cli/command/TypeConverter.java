package org.tenon.cli.command;

import java.util.List;
import java.util.Locale;
import org.tenon.api.tensor.DType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a type that models are computed and stored in. */
final class TypeConverter implements ITypeConverter<DType> {
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);

    @Override
    public DType convert(String text) {
        return TYPES.stream()
                .filter(type -> type.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("must be f32, bf16 or f16, but is '" + text + "'"));
    }
}
