// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket with a {@link Doorway}: a connection is handed to TLS and to the protocol above only when there is
 * room for a newcomer. What is said here, before any octet is read, bounds what strangers cost.
 */
final class DoorwayChannel extends NioServerSocketChannel {
    private static final Logger LOG = LoggerFactory.getLogger(DoorwayChannel.class);
    private static final AttributeKey<Runnable> PROVEN = AttributeKey.valueOf(DoorwayChannel.class, "proven");
    private static final int LOOK_SECONDS = 1; // at those who wait outside

    private final Doorway<SocketChannel> doorway;
    private final Seldom refusals = new Seldom(System::nanoTime);
    private @Nullable ScheduledFuture<?> look; // owned by the event loop, as all that follows

    DoorwayChannel(DoorwayLimits limits) {
        doorway = new Doorway<>(limits);
    }

    /** The other side of {@code connection} has proven who it is: it is no newcomer any more. Idempotent. */
    static void proven(Channel connection) {
        Runnable told = connection.attr(PROVEN).getAndSet(null);
        if (told != null) {
            told.run();
        }
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int before = accepted.size();
        int count = super.doReadMessages(accepted);
        if (count > 0) {
            accepted.subList(before, accepted.size()).removeIf(each -> !receive((SocketChannel) each));
        }
        return count;
    }

    @Override
    protected void doClose() throws Exception {
        doorway.empty().forEach(DoorwayChannel::cut);
        super.doClose();
    }

    private boolean receive(SocketChannel connection) {
        if (connection.remoteAddress() == null) {
            cut(connection); // it has gone already
            return false;
        }
        return switch (doorway.arrive(origin(connection), connection, System.nanoTime())) {
            case LET_IN -> {
                watch(connection);
                yield true;
            }
            case WAITS -> {
                lookOut();
                yield false;
            }
            case TURNED_AWAY -> {
                turnAway(connection);
                yield false;
            }
        };
    }

    private void watch(SocketChannel connection) {
        Object origin = origin(connection);
        var told = new AtomicBoolean();
        Runnable left = () -> {
            if (told.compareAndSet(false, true) && !eventLoop().isShuttingDown()) {
                eventLoop().execute(() -> doorway.leave(origin).ifPresent(this::letIn));
            }
        };
        connection.attr(PROVEN).set(left);
        connection.closeFuture().addListener(_ -> left.run());
    }

    /** What the acceptor of the bootstrap does with a fresh connection, it does with one that has waited. */
    private void letIn(SocketChannel connection) {
        watch(connection);
        pipeline().fireChannelRead(connection);
        pipeline().fireChannelReadComplete();
    }

    private void lookOut() {
        if (look == null) {
            look = eventLoop().schedule(this::sendTheImpatientAway, LOOK_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void sendTheImpatientAway() {
        look = null;
        doorway.impatient(System.nanoTime()).forEach(this::turnAway);
        if (doorway.outsideCount() > 0 && isOpen()) {
            lookOut();
        }
    }

    private void turnAway(SocketChannel connection) {
        String remote = Optional.ofNullable(connection.remoteAddress())
                .map(String::valueOf)
                .orElse("unknown");
        cut(connection);
        refusals.add(count -> LOG.atWarn()
                .addKeyValue("port", localAddress().getPort())
                .addKeyValue("remote", remote)
                .addKeyValue("refused", count)
                .addKeyValue("inside", doorway.insideCount())
                .addKeyValue("waiting", doorway.outsideCount())
                .log("connections refused: too many that have not proven who they are; if they are no devices of"
                        + " yours, close the network to them"));
    }

    private static Object origin(SocketChannel connection) {
        return Doorway.origin(connection.remoteAddress().getAddress());
    }

    /** One that no event loop knows can be closed by force only. */
    private static void cut(SocketChannel connection) {
        connection.unsafe().closeForcibly();
    }
}
