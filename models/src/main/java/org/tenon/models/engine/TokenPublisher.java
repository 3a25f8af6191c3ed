package org.tenon.models.engine;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;
import org.tenon.api.model.Token;

/**
 * The tokens of a generation as a stream for one subscriber, who is called on a virtual thread of its own. Keeps the rules of Reactive
 * Streams 1.0.4.
 */
final class TokenPublisher implements Flow.Publisher<Token> {
    private static final System.Logger LOG = System.getLogger(TokenPublisher.class.getName());

    private final EngineGeneration generation;
    private final Mailbox mailbox;
    private final AtomicBoolean subscribed = new AtomicBoolean();

    TokenPublisher(EngineGeneration generation, Mailbox mailbox) {
        this.generation = generation;
        this.mailbox = mailbox;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Token> subscriber) {
        Objects.requireNonNull(subscriber); // rule 1.9
        Delivery delivery = new Delivery(subscriber, generation, mailbox);
        if (subscribed.getAndSet(true)) {
            delivery.refuse();
        } else {
            delivery.begin();
        }
    }

    private static final class Delivery implements Flow.Subscription {
        private final Flow.Subscriber<? super Token> subscriber;
        private final EngineGeneration generation; // stays reachable as long as the delivery runs
        private final Mailbox mailbox;
        private volatile boolean over;
        private volatile @Nullable IllegalArgumentException misuse;

        Delivery(Flow.Subscriber<? super Token> subscriber, EngineGeneration generation, Mailbox mailbox) {
            this.subscriber = subscriber;
            this.generation = generation;
            this.mailbox = mailbox;
        }

        void refuse() {
            over = true;
            subscriber.onSubscribe(this);
            subscriber.onError(
                    new IllegalStateException("the tokens of a generation have one subscriber, and there is one"));
        }

        void begin() {
            subscriber.onSubscribe(this);
            Thread.ofVirtual().name("tenon-publisher").start(this::deliver);
        }

        private void deliver() {
            try {
                Token token = mailbox.take();
                while (token != null && !over) {
                    subscriber.onNext(token);
                    token = over ? null : mailbox.take();
                }
                IllegalArgumentException wrong = misuse;
                if (wrong != null) {
                    subscriber.onError(wrong);
                } else if (!over) {
                    subscriber.onComplete();
                }
            } catch (TenonException failure) {
                subscriber.onError(failure);
            } catch (RuntimeException | Error failure) {
                generation.close();
                LOG.log(System.Logger.Level.WARNING, "A subscriber has thrown and is left out: " + subscriber, failure);
            }
        }

        @Override
        public void request(long count) {
            if (over) {
                return; // rule 3.6
            }
            if (count <= 0) { // rule 3.9
                misuse = new IllegalArgumentException("a subscriber asks for at least one token, not for " + count);
                cancel();
            } else {
                mailbox.request(count);
            }
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                generation.close();
            }
        }
    }
}
