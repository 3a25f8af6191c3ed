package org.tenon.api.model;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.tenon.api.backend.Roof;
import org.tenon.api.program.KernelListener;

/**
 * A model that gives tokens one after another, loaded: a {@link CausalModel} or a {@link Seq2SeqModel}. All may be called from any thread; sequences of
 * many callers run together in one batch.
 *
 * <p>Every method but the plain getters throws {@link Closed} once the model has been closed.
 */
public interface GenerativeModel extends Model {
    /** {@return what a sequence takes of the caches, whose whole size {@link #limits} gives} */
    CacheBytes cacheBytes();

    /**
     * How tokens are chosen where a request doesn't say: as the checkpoint's {@code generation_config.json} does, with the values of
     * Transformers for what is absent there (greedy; when a draw is asked for, a top-k of 50).
     *
     * @return the defaults
     */
    Sampling defaults();

    /**
     * Begins a sequence. Returns at once.
     *
     * @param request the prompt, and how to go on from it; for a {@link Seq2SeqModel} the source
     * @return its output
     * @throws InvalidRequest when the prompt is empty, too long or holds ids that don't exist, or asks for what the model can't do
     * @throws Overloaded when too many requests wait
     */
    Generation generate(Request request);

    /**
     * Goes on from a text, or makes another of it.
     *
     * @param prompt the text
     * @param sampling how tokens are chosen
     * @return the output
     */
    default Generation generate(String prompt, Sampling sampling) {
        return generate(Request.text(prompt).sampling(sampling));
    }

    /**
     * Looks for the most probable outputs. Returns at once; the search takes part in the batch as a request does, with as many sequences as beams. Of the
     * request's settings, those that draw tokens aren't used. Where it is ended early, by its timeout or with the model, nothing is found.
     *
     * @param request the prompt or source, what bounds its output, and penalties
     * @param search how to search
     * @return what was found, the best first; cancelling it ends the search
     * @throws InvalidRequest when the request can't be, or there are more beams than the model has sequences or ids
     * @throws Overloaded when too many requests wait
     */
    CompletableFuture<List<Hypothesis>> search(Request request, BeamSearch search);

    /**
     * The exclusive door to the model's steps.
     *
     * @return the door; the caller closes it
     * @throws Overloaded when one is open already
     */
    Stepper stepper();

    /**
     * Tells a listener what each kernel of each step takes, on the engine's thread, beginning with the next step. While anybody listens,
     * steps are walked rather than replayed and each kernel is waited for, so that they take longer; without a listener it costs nothing. A
     * listener that throws is detached and logged.
     *
     * @param listener the listener
     * @return detaches it
     */
    ModelListener.Registration profile(KernelListener listener);

    /**
     * Tells a listener where routers send the rows of each step, on the engine's thread. Without a listener it costs nothing; a model without
     * experts has nothing to tell.
     *
     * @param listener the listener
     * @return detaches it
     */
    ModelListener.Registration routing(RoutingListener listener);

    /**
     * Measures what the device can do at most, on the threads that the model computes on and between two of its steps: requests wait
     * meanwhile, a second or three. What else the machine does lowers what is measured.
     *
     * @param products matrix products whose speed counts, such as the model's own
     * @return the roof; nothing where the backend doesn't measure it
     * @throws org.tenon.api.backend.OutOfDeviceMemory when there isn't memory enough
     */
    Optional<Roof> roof(List<Roof.Product> products);
}
