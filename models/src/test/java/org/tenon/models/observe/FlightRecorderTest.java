package org.tenon.models.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.models.Tenon;

@Timeout(60)
class FlightRecorderTest {
    private static final Path LLAMA = Path.of("src/test/resources/goldens/llama-mha-f32");

    @TempDir
    private Path folder;

    private static Result generate() {
        try (Tenon tenon = Tenon.builder()
                        .backend("cpu")
                        .limits(Limits.defaults().sequences(1).rows(4))
                        .open();
                CausalModel model = tenon.causal(LLAMA)) {
            return model.generate(Request.ids(1, 2, 3, 4, 5, 6)
                            .sampling(sampling().greedy().ignoreEndTokens().maxTokens(3)))
                    .await();
        }
    }

    private List<RecordedEvent> recorded(Recording recording) throws IOException {
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file);
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }

    @Test
    void aLoadedModelIsSeenInARecording() throws IOException {
        try (Recording recording = new Recording()) {
            recording.enable("org.tenon.Load");
            recording.enable("org.tenon.Step");
            recording.enable("org.tenon.Request");
            recording.start();
            Result result = generate();
            recording.stop();
            List<RecordedEvent> events = recorded(recording);

            RecordedEvent load = named(events, "org.tenon.Load").getFirst();
            assertEquals("llama-mha-f32", load.getString("model"));
            Duration parts = load.getDuration("reading")
                    .plus(load.getDuration("preparing"))
                    .plus(load.getDuration("warming"));
            assertTrue(parts.isPositive() && parts.compareTo(load.getDuration()) <= 0, load::toString);

            List<RecordedEvent> steps = named(events, "org.tenon.Step");
            assertEquals(
                    List.of(4, 2, 1, 1),
                    steps.stream().map(step -> step.getInt("rows")).toList());
            assertEquals(
                    List.of(4, 2, 0, 0),
                    steps.stream().map(step -> step.getInt("prefillRows")).toList());
            assertTrue(steps.stream().allMatch(step -> step.getDuration().isPositive()));

            RecordedEvent request = named(events, "org.tenon.Request").getFirst();
            assertEquals(6, request.getInt("promptTokens"));
            assertEquals(3, request.getInt("outputTokens"));
            assertEquals(result.reason().name(), request.getString("reason"));
            assertEquals(result.timings().prefill(), request.getDuration("prefill"));
        }
    }

    @Test
    void whatNobodyRecordsIsNotWritten() throws IOException {
        try (Recording recording = new Recording()) {
            recording.enable("org.tenon.Load");
            recording.disable("org.tenon.Step");
            recording.start();
            generate();
            recording.stop();
            assertEquals(List.of(), named(recorded(recording), "org.tenon.Step"));
        }
    }
}
