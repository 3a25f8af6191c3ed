package org.tenon.models.engine;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Session;
import org.tenon.models.assembly.Network;

/** A causal model on its engine. */
public final class LoadedModel extends EngineModel implements CausalModel {
    /** Starts the engine. The limits leave nothing open; the computation belongs to the model from now on. */
    LoadedModel(
            Description description,
            Limits limits,
            Blocks blocks,
            Computation computation,
            DeviceThread thread,
            Cleaner cleaner) {
        super(description, limits, 0, blocks, computation, thread, cleaner);
    }

    /**
     * Starts a model.
     *
     * @param description what is known of it
     * @param room what its network was built for
     * @param network the network, which belongs to the model from now on
     * @param release gives back what lies below the network, after it
     * @param thread issues work to the network's device
     * @param cleaner returns what callers forget
     * @return the model
     */
    public static LoadedModel start(
            Description description,
            Room room,
            Network network,
            Runnable release,
            DeviceThread thread,
            Cleaner cleaner) {
        Computation computation = new NetworkComputation(network, release);
        return new LoadedModel(description, room.limits(), blocks(network, computation), computation, thread, cleaner);
    }

    @Override
    public Generation generate(Request request) {
        engine().check();
        return new EngineGeneration(submit(request, prompt(request), blocks().sequence(), false), cleaner());
    }

    @Override
    public CompletableFuture<List<Hypothesis>> search(Request request, BeamSearch search) {
        engine().check();
        return search(request, search, prompt(request), blocks().sequence());
    }

    private int[] prompt(Request request) {
        return switch (request.prompt()) {
            case Request.Text text -> prompts().text(text.text(), true);
            case Request.Ids ids -> ids.toArray();
            case Request.Chat chat -> prompts().chat(chat.messages(), chat.variables());
        };
    }

    @Override
    public Session session() {
        engine().check();
        return new EngineSession(this, engine(), blocks().sequence(), cleaner());
    }
}
