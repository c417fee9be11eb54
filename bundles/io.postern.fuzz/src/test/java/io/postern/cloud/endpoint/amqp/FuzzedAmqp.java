// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.Duplex;
import io.postern.wire.Bytes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The AMQP engine and codec, which are open to their own package only. */
public final class FuzzedAmqp {
    private static final Vertx VERTX = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private static final int MOST_SAID = 1 << 20; // of answers to one input

    private FuzzedAmqp() {}

    /** Octets of a transfer are a message or refused; what we can write is read the same. */
    public static void message(byte[] octets) {
        try {
            AmqpMessage message = MessageCodec.decode(octets, 0);
            message.text("iotdps-operation-type");
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("refused without a reason", e);
            }
        }
    }

    /** A whole connection from its preamble on. Nothing is decided on: services would be asked on another thread. */
    public static void connection(byte[] octets) {
        var duplex = new Script();
        var connection = new AmqpConnection(
                VERTX, duplex, AmqpPatience.USUAL, List.of(new Service()), _ -> {}, new AmqpConnection.Watch() {
                    @Override
                    public void admitted(AmqpConnection admitted) {
                        throw new AssertionError("nobody is admitted here");
                    }

                    @Override
                    public void ended(AmqpConnection ended) {
                        duplex.ended = true;
                    }

                    @Override
                    public void strangerEnded(String remote, String reason) {
                        // nobody reads it here
                    }

                    @Override
                    public boolean lend() {
                        return true;
                    }

                    @Override
                    public void returned(int count) {
                        // nobody counts here
                    }
                });
        connection.start();
        int half = octets.length / 2;
        duplex.hear(Arrays.copyOfRange(octets, 0, half));
        duplex.hear(Arrays.copyOfRange(octets, half, octets.length));
        connection.end("");
        if (!duplex.ended || duplex.said > MOST_SAID) {
            throw new AssertionError("ended: " + duplex.ended + ", it was told " + duplex.said + " octets");
        }
    }

    private static final class Service implements AmqpService, AmqpVisit {
        @Override
        public Set<String> mechanisms() {
            return Set.of("PLAIN", "TPM");
        }

        @Override
        public AmqpVisit welcome(AmqpClient client) {
            return this;
        }

        @Override
        public Optional<SaslStep> authenticate(String mechanism, Bytes initialResponse) {
            return Optional.empty();
        }

        @Override
        public SaslStep respond(Bytes response) {
            return new SaslStep.Refused("no");
        }

        @Override
        public Optional<LinkAnswer> attach(LinkRequest request) {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    /** The other side, which reads all it is told. */
    private static final class Script implements Duplex {
        private Consumer<byte[]> taken = _ -> {};
        private boolean ended;
        private long said;

        void hear(byte[] octets) {
            if (!ended) {
                taken.accept(octets);
            }
        }

        @Override
        public String remote() {
            return "192.0.2.1:1";
        }

        @Override
        public List<X509Certificate> clientCertificates() {
            return List.of();
        }

        @Override
        public void onOctets(Consumer<byte[]> handler) {
            taken = handler;
        }

        @Override
        public void proven() {}

        @Override
        public void onEnd(Runnable handler) {}

        @Override
        public void onFailure(Consumer<Throwable> handler) {}

        @Override
        public Future<Void> write(byte[] octets) {
            said += octets.length;
            return Future.succeededFuture();
        }

        @Override
        public boolean isWriteQueueFull() {
            return false;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void close() {}
    }
}
