package com.example.plain;

import org.tenon.api.backend.BackendProvider;
import org.tenon.conformance.BackendConformance;

class PlainConformanceTest extends BackendConformance {
    @Override
    protected BackendProvider provider() {
        return new PlainProvider();
    }
}
