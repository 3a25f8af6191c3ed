package org.tenon.cli.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Presence;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.Table;
import org.tenon.cli.console.Unit;
import org.tenon.models.Tenon;
import org.tenon.models.loading.Backends.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tenon backends}: what is there, what isn't, and why. */
@Command(
        name = "backends",
        sortOptions = false,
        description = {
            "Lists what models can run on.",
            "And what is missing, and why. Fails when there is nothing at all."
        })
public final class Backends implements Callable<Integer> {
    private static final int NONE = 1;

    private final Console console;

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Backends(Console console) {
        this.console = console;
    }

    /**
     * Looks for backends and lists them.
     *
     * @return 0, or 1 when no model can run
     */
    @Override
    public Integer call() {
        try (Tenon tenon = Tenon.open()) {
            List<Status> backends = tenon.backends();
            if (json.given()) {
                console.println(new JsonObject()
                        .with(
                                "backends",
                                backends.stream().map(Backends::report).toList())
                        .with("problems", tenon.backendProblems())
                        .document());
            } else {
                print(backends);
                tenon.backendProblems().forEach(problem -> console.println("plugin left out: " + problem));
            }
            console.flush();
            return backends.stream().allMatch(backend -> backend.devices().isEmpty()) ? NONE : 0;
        }
    }

    private void print(List<Status> backends) {
        if (backends.isEmpty()) {
            console.println("no backend; put one such as tenon-backend-cpu on the module path or the class path");
        }
        Table table = Table.of("lll");
        for (Status backend : backends) {
            boolean usable = !backend.devices().isEmpty();
            Presence found = new Presence(
                    usable, backend.problem().orElse(backend.presence().detail()));
            row(table, console.style().bold(backend.name()), found);
            for (Device device : backend.devices()) {
                table.row(
                        "  device " + device.id(),
                        "",
                        device.description() + ", " + Unit.BYTES.text(device.memoryBytes()) + " for models");
                device.tiers().forEach(tier -> row(table, "    " + tier.name(), tier.presence()));
            }
        }
        table.print(console);
    }

    private void row(Table table, String name, Presence presence) {
        String state = presence.available()
                ? console.style().good("there")
                : console.style().bad("missing");
        table.row(name, state, presence.detail());
    }

    private static JsonObject report(Status backend) {
        return report(backend.name(), backend.presence())
                .with("problem", backend.problem())
                .with(
                        "devices",
                        backend.devices().stream().map(Backends::report).toList());
    }

    private static JsonObject report(Device device) {
        return new JsonObject()
                .with("id", device.id())
                .with("description", device.description())
                .with("memory_bytes", device.memoryBytes())
                .with(
                        "tiers",
                        device.tiers().stream()
                                .map(tier -> report(tier.name(), tier.presence()))
                                .toList());
    }

    private static JsonObject report(String name, Presence presence) {
        return new JsonObject()
                .with("name", name)
                .with("available", presence.available())
                .with("detail", presence.detail());
    }
}
