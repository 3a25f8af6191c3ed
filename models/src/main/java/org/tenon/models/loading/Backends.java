package org.tenon.models.loading;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tenon.api.TenonException;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Refused;
import org.tenon.api.program.MissingKernels;
import org.tenon.models.plugin.Plugins;

/** The backends there are, and the choice of a device for a model. Thread-safe. */
public final class Backends {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());

    private final Plugins<BackendProvider> plugins;
    private final List<BackendProvider> providers; // the highest rank first

    /**
     * The backends of some plugins.
     *
     * @param plugins the plugins
     */
    public Backends(Plugins<BackendProvider> plugins) {
        this.plugins = plugins;
        providers = plugins.providers().stream()
                .sorted(Comparator.comparingInt(BackendProvider::rank).reversed())
                .toList();
    }

    /**
     * What is known of a backend.
     *
     * @param name its name
     * @param presence whether it can be there
     * @param devices its devices
     * @param problem why its devices can't be told, if they can't
     */
    public record Status(String name, Presence presence, List<Device> devices, Optional<String> problem) {
        /**
         * Copies the list.
         *
         * @param name its name
         * @param presence whether it can be there
         * @param devices its devices
         * @param problem why its devices can't be told
         */
        public Status {
            devices = List.copyOf(devices);
        }
    }

    /** {@return every backend, the highest rank first, and what is known of it; may load native libraries} */
    public List<Status> statuses() {
        return providers.stream().map(Backends::status).toList();
    }

    /** {@return why plugins that are there were left out} */
    public List<String> problems() {
        return plugins.problems();
    }

    private static Status status(BackendProvider provider) {
        Presence presence = Presence.absent("the plugin failed before it could say");
        try {
            presence = provider.presence();
            List<Device> devices = presence.available() ? provider.devices() : List.of();
            return new Status(provider.name(), presence, devices, Optional.empty());
        } catch (RuntimeException | LinkageError broken) {
            return new Status(provider.name(), presence, List.of(), Optional.of(broken.toString()));
        }
    }

    /** A device with the provider that opens it. */
    record Choice(BackendProvider provider, Device device) {
        @Override
        public String toString() {
            return provider.name() + " " + device.id() + " (" + device.description() + ")";
        }
    }

    /**
     * Tries devices until one takes a model: those named by the options, else all that have the memory, those of the highest rank
     * first.
     *
     * @param bytes the memory that the model needs
     * @param open loads the model on a device; what it throws for want of kernels, precision or memory moves on to the next
     */
    <T> T first(Options options, long bytes, Function<Choice, T> open) {
        List<Choice> choices = choices(options);
        List<String> reasons = new ArrayList<>();
        for (Choice choice : choices) {
            if (options.backend().isEmpty() && choice.device().memoryBytes() < bytes) {
                reasons.add(choice + ": has " + choice.device().memoryBytes() + " bytes of memory, and the model needs "
                        + bytes);
                continue;
            }
            try {
                T opened = open.apply(choice);
                tellWhatIsMissing(choice.device());
                return opened;
            } catch (MissingKernels | Refused | OutOfDeviceMemory unable) {
                if (choices.size() == 1) {
                    throw unable;
                }
                reasons.add(choice + ": " + unable.getMessage());
            }
        }
        throw new TenonException("no device can take the model:\n  " + String.join("\n  ", reasons));
    }

    /** One line on what would make the model faster, with the reason why it isn't there. */
    private static void tellWhatIsMissing(Device device) {
        List<Device.Tier> missing = device.tiers().stream()
                .filter(tier -> !tier.presence().available())
                .toList();
        if (!missing.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The model runs, but more slowly, without {0}: {1}",
                    missing.stream().map(Device.Tier::name).collect(Collectors.joining(" and ")),
                    missing.stream()
                            .map(tier -> tier.presence().detail())
                            .distinct()
                            .collect(Collectors.joining("; ")));
        }
    }

    private List<Choice> choices(Options options) {
        List<Choice> choices = new ArrayList<>();
        List<String> reasons = new ArrayList<>(plugins.problems());
        for (BackendProvider provider : providers) {
            if (options.backend().filter(name -> !name.equals(provider.name())).isPresent()) {
                continue;
            }
            Status status = status(provider);
            status.devices().stream()
                    .filter(device -> options.device().map(device.id()::equals).orElse(true))
                    .forEach(device -> choices.add(new Choice(provider, device)));
            if (status.devices().isEmpty()) {
                reasons.add(provider.name() + ": "
                        + status.problem().orElseGet(() -> status.presence().detail()));
            }
        }
        if (choices.isEmpty()) {
            String wanted = options.backend().map(name -> "backend " + name).orElse("backend")
                    + options.device().map(id -> " with a device " + id).orElse("");
            List<String> names = providers.stream().map(BackendProvider::name).toList();
            throw new TenonException("there is no " + wanted + "; found: "
                    + (names.isEmpty()
                            ? "none. Put a backend such as tenon-backend-cpu on the path"
                            : String.join(", ", names))
                    + (reasons.isEmpty() ? "" : ". " + String.join("; ", reasons)));
        }
        choices.sort(
                Comparator.comparingInt((Choice choice) -> choice.provider().rankOf(choice.device()))
                        .reversed());
        return choices;
    }
}
