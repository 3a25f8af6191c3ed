package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.models.plugin.Plugins;

class BackendRankTest {
    private record Ranked(String name, int rank) implements BackendProvider {
        @Override
        public Presence presence() {
            return Presence.at("a test");
        }

        @Override
        public List<Device> devices() {
            return List.of(new Device("0", name, 1000, List.of()));
        }

        @Override
        public Backend open(Device device, Numerics numerics) {
            throw new UnsupportedOperationException();
        }
    }

    private static String chosen(Options options) {
        Backends backends = new Backends(new Plugins<>(
                List.of(new Ranked("plain", 0), new Ranked("first", 100), new Ranked("second", 100)), List.of()));
        return backends.first(options, 10, choice -> choice.provider().name());
    }

    @Test
    void whereNoneIsNamedTheHighestRankTakesTheModelAndOfEqualsTheOneFoundFirst() {
        assertEquals("first", chosen(Options.DEFAULTS));
    }

    /** An accelerator too small for the model, and the processor, as devices of one backend. */
    private record Mixed() implements BackendProvider {
        @Override
        public String name() {
            return "mixed";
        }

        @Override
        public int rank() {
            return 150;
        }

        @Override
        public int rankOf(Device device) {
            return device.id().equals("accelerator") ? 150 : 50;
        }

        @Override
        public Presence presence() {
            return Presence.at("a test");
        }

        @Override
        public List<Device> devices() {
            return List.of(
                    new Device("accelerator", "small", 5, List.of()),
                    new Device("processor", "large", 1000, List.of()));
        }

        @Override
        public Backend open(Device device, Numerics numerics) {
            throw new UnsupportedOperationException();
        }
    }

    private static String chosen(long bytes, Ranked other) {
        return new Backends(new Plugins<>(List.of(new Mixed(), other), List.of()))
                .first(
                        Options.DEFAULTS,
                        bytes,
                        choice ->
                                choice.provider().name() + " " + choice.device().id());
    }

    @Test
    void aDeviceOfLowerRankThanItsBackendComesBehindOtherBackends() {
        assertEquals("mixed accelerator", chosen(5, new Ranked("processor's own", 100)));
        assertEquals("processor's own 0", chosen(10, new Ranked("processor's own", 100)));
        assertEquals("mixed processor", chosen(10, new Ranked("plain", 0)));
    }

    @Test
    void aNamedBackendIsTakenWhateverItsRank() {
        assertEquals("plain", chosen(Options.DEFAULTS.backend("plain")));
    }
}
