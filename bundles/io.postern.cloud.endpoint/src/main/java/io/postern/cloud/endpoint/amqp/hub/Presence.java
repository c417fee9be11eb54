// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpClient;
import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AttachedLink;
import io.postern.cloud.endpoint.amqp.Lane;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.LinkRequest.Direction;
import io.postern.cloud.endpoint.amqp.LinkTerms;
import io.postern.cloud.endpoint.amqp.MessageOutcome;
import io.postern.cloud.endpoint.amqp.Outlet;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.diagnostics.Origin;
import io.postern.cloud.hub.methods.MethodCall;
import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import jakarta.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device on a connection, from its first link to its last, or until the hub ends its session: then its links are
 * detached with the reason, and nothing else is.
 *
 * <p>Its links work on a lane of its own. Begun and asked for links by the connection's virtual thread, told of the hub's
 * news by any.
 */
final class Presence implements DeviceConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    private final DeviceId device;
    private final Origin origin;
    private final Refusals refusals;
    private final Lane lane;
    private final TwinLinks twin;
    private final MethodLinks methods;
    private final CommandLink commands;
    private final Set<AttachedLink> links = new LinkedHashSet<>(4); // guarded by this
    private int granted; // links that were answered and have not gone; guarded by this
    private @Nullable CloseReason ended; // guarded by this
    private volatile @Nullable DeviceSession session;

    Presence(DeviceId device, AmqpClient client, Refusals refusals) {
        this.device = device;
        this.origin = client.origin();
        this.refusals = refusals;
        this.lane = client.lanes().get();
        this.twin = new TwinLinks(this, refusals);
        this.methods = new MethodLinks(this, refusals);
        this.commands = new CommandLink(this);
    }

    /** False when what the device was admitted by has changed meanwhile. */
    boolean begin(Hub hub, Principal.Device principal, Optional<ModelId> model) {
        Optional<DeviceSession> begun = hub.connect(principal, model, this);
        begun.ifPresent(live -> {
            session = live;
            LOG.atInfo()
                    .addKeyValue("deviceId", device)
                    .addKeyValue("auth", principal.method().scope())
                    .addKeyValue("remote", origin.remote())
                    .log("device connected over AMQP");
        });
        return begun.isPresent();
    }

    DeviceSession session() {
        return Objects.requireNonNull(session);
    }

    DeviceId device() {
        return device;
    }

    synchronized boolean isOver() {
        return ended != null;
    }

    /** Goes on with a fresh token; what happened to the identity meanwhile ends the session in the hub's own way. */
    void renew(Principal.Device fresh) {
        try {
            if (!session().renew(fresh)) {
                LOG.atWarn().addKeyValue("deviceId", device).log("a fresh token came too late, the old one counts");
            }
        } catch (SessionEndedException | IllegalArgumentException _) {
            // its links are being detached; it begins anew with the fresh token
        }
    }

    /** Answers a wish for a link; empty when this presence is over and a new one may begin. */
    Optional<LinkAnswer> attach(HubAddress.Endpoint endpoint, Direction direction) {
        if (endpoint == HubAddress.Endpoint.TELEMETRY && direction == Direction.CLIENT_RECEIVES
                || endpoint == HubAddress.Endpoint.COMMANDS && direction == Direction.CLIENT_SENDS) {
            return Optional.of(new LinkAnswer.Refused(refusals.of(
                    AmqpError.NOT_ALLOWED,
                    400_003,
                    "InvalidOperation",
                    "the link leads the other way: devices send telemetry and receive commands")));
        }
        synchronized (this) {
            if (ended != null) {
                return Optional.empty();
            }
            granted++;
        }
        return Optional.of(
                switch (endpoint) {
                    case TELEMETRY ->
                        taking(new TelemetryLink(this, refusals), TelemetryLink.CREDIT, TelemetryLink.MOST);
                    case COMMANDS -> giving(commands);
                    case TWIN ->
                        direction == Direction.CLIENT_SENDS
                                ? taking(twin, TwinLinks.CREDIT, TwinLinks.MOST)
                                : giving(twin);
                    case METHODS -> {
                        if (direction == Direction.CLIENT_SENDS) {
                            yield taking(methods, MethodLinks.CREDIT, MethodLinks.MOST);
                        }
                        methods.admitted();
                        yield giving(methods);
                    }
                });
    }

    private LinkAnswer taking(LinkAnswer.Taker taker, int credit, int most) {
        return new LinkAnswer.Taking(new CountedTaker(taker), credit, most, LinkTerms.USUAL.on(lane));
    }

    private LinkAnswer giving(LinkAnswer.Giver giver) {
        return new LinkAnswer.Giving(new CountedGiver(giver), LinkTerms.USUAL.on(lane));
    }

    @Override
    public void close(CloseReason reason) {
        if (over(reason)) {
            lane.add(() -> {
                List<AttachedLink> cut = attached();
                if (!cut.isEmpty()) {
                    cut.getFirst().detachWith(cut, endError());
                }
            });
        }
    }

    /** The device has gone, or the whole connection. */
    void leave() {
        if (over(CloseReason.DISCONNECTED)) {
            session().close();
        }
    }

    private boolean over(CloseReason reason) {
        synchronized (this) {
            if (ended != null) {
                return false;
            }
            ended = reason;
        }
        LOG.atInfo()
                .addKeyValue("deviceId", device)
                .addKeyValue("remote", origin.remote())
                .addKeyValue("reason", reason.code() + " " + reason.text())
                .log("device left over AMQP");
        return true;
    }

    /** Why its links are detached. */
    AmqpError endError() {
        CloseReason reason;
        synchronized (this) {
            reason = ended == null ? CloseReason.DISCONNECTED : ended;
        }
        String condition =
                switch (reason.code() / 1000) {
                    case 401 -> AmqpError.UNAUTHORIZED;
                    case 404 -> AmqpError.NOT_FOUND;
                    default -> AmqpError.DETACH_FORCED;
                };
        return new AmqpError(condition, reason.code() + " " + reason.text());
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public void desiredChanged(JsonObject patch, long version) {
        lane.add(() -> twin.push(patch, version));
    }

    @Override
    public void commandsWaiting() {
        lane.add(commands::ready);
    }

    @Override
    public void methodCalled(MethodCall call) {
        lane.add(() -> methods.ask(call));
    }

    private synchronized List<AttachedLink> attached() {
        return List.copyOf(links);
    }

    private void joined(AttachedLink link) {
        boolean late;
        synchronized (this) {
            links.add(link);
            late = ended != null;
        }
        if (late) {
            link.detach(endError());
        }
    }

    private void left(AttachedLink link) {
        boolean last;
        synchronized (this) {
            links.remove(link);
            last = --granted == 0;
        }
        if (last) {
            leave();
        }
    }

    /** Tells the presence when the link comes and goes. */
    private final class CountedTaker implements LinkAnswer.Taker {
        private final LinkAnswer.Taker taker;
        private @Nullable AttachedLink link;

        CountedTaker(LinkAnswer.Taker taker) {
            this.taker = taker;
        }

        @Override
        public MessageOutcome take(AmqpMessage message) {
            return taker.take(message);
        }

        @Override
        public List<MessageOutcome> takeAll(List<AmqpMessage> messages) {
            return taker.takeAll(messages);
        }

        @Override
        public void attached(AttachedLink to) {
            link = to;
            joined(to);
            taker.attached(to);
        }

        @Override
        public void detached() {
            taker.detached();
            left(Objects.requireNonNull(link));
        }
    }

    private final class CountedGiver implements LinkAnswer.Giver {
        private final LinkAnswer.Giver giver;
        private @Nullable Outlet outlet;

        CountedGiver(LinkAnswer.Giver giver) {
            this.giver = giver;
        }

        @Override
        public void attached(Outlet to) {
            outlet = to;
            joined(to);
            giver.attached(to);
        }

        @Override
        public void ready() {
            giver.ready();
        }

        @Override
        public void detached() {
            giver.detached();
            left(Objects.requireNonNull(outlet));
        }
    }
}
