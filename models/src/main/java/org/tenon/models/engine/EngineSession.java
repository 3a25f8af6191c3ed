package org.tenon.models.engine;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.tenon.api.model.Closed;
import org.tenon.api.model.Generation;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Request;
import org.tenon.api.model.Session;
import org.tenon.api.model.Snapshot;
import org.tenon.api.text.Message;

/** A session's handle: its sequence stays between turns, each of which brings the whole of it anew and computes what differs. */
final class EngineSession implements Session {
    private static final String OTHER = "open another session for it";

    private final LoadedModel model;
    private final Engine engine;
    private final Cleaner cleaner;
    private final CachedSequence sequence;
    private final Turn turn = new Turn();
    private final Forgotten forgotten;
    private final Cleaner.Cleanable cleanable;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Message> messages = new ArrayList<>();
    private boolean answering;

    /** The turn that is running or ran last, known to the cleaner. */
    private static final class Turn {
        volatile @Nullable Mailbox mailbox;
        final AtomicBoolean closed = new AtomicBoolean();
    }

    EngineSession(LoadedModel model, Engine engine, CachedSequence sequence, Cleaner cleaner) {
        this.model = model;
        this.engine = engine;
        this.cleaner = cleaner;
        this.sequence = sequence;
        Turn last = turn;
        this.forgotten = new Forgotten("session", () -> {
            if (last.closed.getAndSet(true)) {
                return false;
            }
            Mailbox running = last.mailbox;
            if (running != null) {
                running.close();
            }
            engine.later(() -> engine.batch().forget(sequence));
            return true;
        });
        this.cleanable = cleaner.register(this, forgotten);
    }

    @Override
    public Generation generate(Request request) {
        lock.lock();
        try {
            check();
            List<Message> said = messages;
            int[] prompt = switch (request.prompt()) {
                case Request.Text text -> {
                    apartFromChat("a text", OTHER);
                    yield added(model.prompts().text(text.text(), sequence.length() == 0));
                }
                case Request.Ids ids -> {
                    apartFromChat("ids", OTHER);
                    yield added(ids.toArray());
                }
                case Request.Chat chat -> {
                    said = conversation(chat.messages());
                    yield model.prompts().chat(said, chat.variables());
                }
            };
            Mailbox mailbox = model.submit(request, prompt, sequence, true);
            turn.mailbox = mailbox;
            answering = request.prompt() instanceof Request.Chat;
            if (answering) {
                List<Message> all = List.copyOf(said);
                messages.clear();
                messages.addAll(all);
            }
            return new EngineGeneration(mailbox, cleaner);
        } finally {
            lock.unlock();
        }
    }

    private void check() {
        if (turn.closed.get()) {
            throw new Closed("the session");
        }
        Mailbox last = turn.mailbox;
        if (last != null && !last.finished()) {
            throw new InvalidRequest(
                    "the session's last turn must have ended before the next one begins, but is still running; "
                            + "read it to its end, or cancel it and await() its end");
        }
    }

    private void apartFromChat(String what, String instead) {
        if (!messages.isEmpty()) {
            throw new InvalidRequest("a session that holds a conversation must go on with messages, but was given "
                    + what + "; " + instead);
        }
    }

    private int[] added(int[] more) {
        int[] all = Arrays.copyOf(sequence.ids(), sequence.length() + more.length);
        System.arraycopy(more, 0, all, sequence.length(), more.length);
        return all;
    }

    /** All that was said before, the model's last answer, and what is new. */
    private List<Message> conversation(List<Message> more) {
        if (messages.isEmpty() && sequence.length() > 0) {
            throw new InvalidRequest("a session that holds text must go on with text or ids, but was given messages; "
                    + "open another session for the conversation");
        }
        List<Message> all = said();
        all.addAll(more);
        return all;
    }

    /** The messages so far, the model's last answer among them. */
    private List<Message> said() {
        List<Message> all = new ArrayList<>(messages);
        Mailbox last = turn.mailbox;
        if (answering && last != null) {
            last.result().ifPresent(answer -> all.add(Message.assistant(answer.text())));
        }
        return all;
    }

    @Override
    public void truncate(int length) {
        lock.lock();
        try {
            check();
            apartFromChat("a length to be cut to", "go back to a snapshot instead");
            if (length < 0 || length > sequence.length()) {
                throw new InvalidRequest(
                        "a session is cut to a length from 0 to " + sequence.length() + ", not to " + length);
            }
            become(Arrays.copyOf(sequence.ids(), length));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Snapshot snapshot() {
        lock.lock();
        try {
            check();
            return Snapshot.of(sequence.ids(), said());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void restore(Snapshot snapshot) {
        lock.lock();
        try {
            check();
            int[] ids = snapshot.ids();
            model.prompts().checkLength(ids);
            model.prompts().checkIds(ids);
            become(ids);
            messages.clear();
            messages.addAll(snapshot.messages());
            answering = false;
        } finally {
            lock.unlock();
        }
    }

    private void become(int[] ids) {
        engine.call(
                () -> {
                    engine.batch().replace(sequence, ids);
                    return ids.length;
                },
                "a session to go back");
    }

    @Override
    public Session fork() {
        Snapshot here = snapshot();
        Session other = model.session();
        other.restore(here);
        return other;
    }

    @Override
    public int[] ids() {
        lock.lock();
        try {
            check();
            return sequence.ids();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        forgotten.remembered();
        cleanable.clean();
    }
}
