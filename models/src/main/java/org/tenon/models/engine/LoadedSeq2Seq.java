package org.tenon.models.engine;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Seq2SeqModel;
import org.tenon.models.assembly.Network;

/** An encoder with a decoder on its engine. */
public final class LoadedSeq2Seq extends EngineModel implements Seq2SeqModel {
    private final int[] decoderStart;

    /** Starts the engine. The limits leave nothing open; the computation belongs to the model from now on. */
    LoadedSeq2Seq(
            Description description,
            int[] decoderStart,
            Limits limits,
            Blocks blocks,
            Computation computation,
            DeviceThread thread,
            Cleaner cleaner) {
        super(description, limits, longestSource(limits), blocks, computation, thread, cleaner);
        this.decoderStart = decoderStart.clone();
        prompts().check(decoderStart);
    }

    /** A source is computed in one step, and kept as long as a sequence may be. */
    private static int longestSource(Limits limits) {
        return Math.min(limits.rows(), limits.context().orElseThrow());
    }

    /**
     * Starts a model.
     *
     * @param description what is known of it
     * @param decoderStart the ids that every output begins after, at least one
     * @param room what its network was built for
     * @param network the network, which belongs to the model from now on
     * @param release gives back what lies below the network, after it
     * @param thread issues work to the network's device
     * @param cleaner returns what callers forget
     * @return the model
     */
    public static LoadedSeq2Seq start(
            Description description,
            int[] decoderStart,
            Room room,
            Network network,
            Runnable release,
            DeviceThread thread,
            Cleaner cleaner) {
        Computation computation = new NetworkComputation(network, release);
        return new LoadedSeq2Seq(
                description, decoderStart, room.limits(), blocks(network, computation), computation, thread, cleaner);
    }

    @Override
    public int[] decoderStart() {
        return decoderStart.clone();
    }

    @Override
    public Generation generate(Request request) {
        engine().check();
        return new EngineGeneration(
                submit(request, decoderStart, blocks().sequence(source(request)), false), cleaner());
    }

    @Override
    public CompletableFuture<List<Hypothesis>> search(Request request, BeamSearch search) {
        engine().check();
        return search(request, search, decoderStart, blocks().sequence(source(request)));
    }

    private int[] source(Request request) {
        int[] source = switch (request.prompt()) {
            case Request.Text text -> prompts().text(text.text(), true);
            case Request.Ids ids -> ids.toArray();
            case Request.Chat _ ->
                throw new InvalidRequest(
                        "an encoder with a decoder takes a source, not a conversation; give a text, or ids");
        };
        prompts().checkSource(source);
        return source;
    }
}
