package org.tenon.models.engine;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Result;
import org.tenon.api.model.Token;

/** The caller's handle of a run. The engine knows only the mailbox, so that a forgotten handle can be collected and its run ended. */
final class EngineGeneration implements Generation {
    private final Mailbox mailbox;
    private final Forgotten forgotten;
    private final Cleaner.Cleanable cleanable;

    EngineGeneration(Mailbox mailbox, Cleaner cleaner) {
        this.mailbox = mailbox;
        this.forgotten = new Forgotten("generation", () -> {
            boolean early = !mailbox.finished();
            mailbox.close();
            return early;
        });
        this.cleanable = cleaner.register(this, forgotten);
    }

    @Override
    public Iterator<Token> iterator() {
        mailbox.read(Mailbox.Reading.ITERATED);
        mailbox.request(Long.MAX_VALUE);
        return new Tokens(this);
    }

    /** Holds on to the generation, which the caller of a loop has no other hold of. */
    private static final class Tokens implements Iterator<Token> {
        private final EngineGeneration generation;
        private @Nullable Token next;

        Tokens(EngineGeneration generation) {
            this.generation = generation;
        }

        @Override
        public boolean hasNext() {
            next = coming();
            return next != null;
        }

        private @Nullable Token coming() {
            return next == null ? generation.take() : next;
        }

        @Override
        public Token next() {
            Token token = coming();
            if (token == null) {
                throw new NoSuchElementException("the generation has ended");
            }
            next = null;
            return token;
        }
    }

    private @Nullable Token take() {
        try {
            return mailbox.take();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Result await() {
        try {
            return mailbox.await();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public CompletableFuture<Result> future() {
        mailbox.collect();
        CompletableFuture<Result> future = CompletableFuture.supplyAsync(
                this::await, task -> Thread.ofVirtual().name("tenon-result").start(task));
        future.exceptionally(failure -> {
            if (future.isCancelled()) {
                cancel();
            }
            return null;
        });
        return future;
    }

    @Override
    public boolean finished() {
        return mailbox.finished();
    }

    @Override
    public void cancel() {
        mailbox.cancel();
    }

    @Override
    public Flow.Publisher<Token> publisher() {
        mailbox.read(Mailbox.Reading.PUBLISHED);
        return new TokenPublisher(this, mailbox);
    }

    @Override
    public void close() {
        forgotten.remembered();
        cleanable.clean();
    }
}
