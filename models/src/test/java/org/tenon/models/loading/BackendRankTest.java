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

    @Test
    void aNamedBackendIsTakenWhateverItsRank() {
        assertEquals("plain", chosen(Options.DEFAULTS.backend("plain")));
    }
}
