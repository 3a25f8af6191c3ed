package org.tenon.conformance.cases;

import org.tenon.api.tensor.DType;

/** The types of a product. */
record Types(DType x, DType weight, DType out) {
    @Override
    public String toString() {
        return x + "-" + weight + "-" + out;
    }
}
