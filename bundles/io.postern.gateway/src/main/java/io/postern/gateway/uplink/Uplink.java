// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.downlink.Downlinks;
import io.postern.gateway.leaf.GapBody;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.MessageRefusedException;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.TokenLink.Grant;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one leaf's messages from the outbox to the hub, in order, under the leaf's own identity. A message leaves the
 * outbox only when the hub has acknowledged it; what was sent without an acknowledgement is sent again.
 */
public final class Uplink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Uplink.class);
    private static final int FIRST =
            20; // of a session, doubled with each answer: a line that breaks often gets on, too
    private static final Duration LOOK =
            Duration.ofSeconds(5); // a token due or a better way is noticed within; a loss wakes

    private final LeafDevice leaf;
    private final HubName hub;
    private final HubLink link;
    private final Outbox outbox;
    private final Transit transit;
    private final LeafToken token;
    private final Downlinks downlinks;
    private final Retry retry;
    private final GatewayClock clock;
    private final SessionThread thread;
    private int renewalFailures;
    private int window = FIRST;

    public Uplink(
            LeafDevice leaf,
            HubName hub,
            HubLink link,
            Outbox outbox,
            Transit transit,
            LeafToken token,
            Downlinks downlinks,
            Retry retry,
            Milestones milestones,
            GatewayClock clock) {
        this.leaf = leaf;
        this.hub = hub;
        this.link = link;
        this.outbox = outbox;
        this.transit = transit;
        this.token = token;
        this.downlinks = downlinks;
        this.retry = retry;
        this.clock = clock;
        this.thread = new SessionThread(leaf.id(), new LeafWork(milestones), retry, milestones, clock);
    }

    public void start() {
        thread.start();
    }

    public DeviceId leaf() {
        return leaf.id();
    }

    public SessionState state() {
        return thread.state();
    }

    /** Begins to close without waiting, so that many can be closed together. */
    void interrupt() {
        thread.interrupt();
    }

    void join(Duration atMost) {
        thread.join(atMost);
        token.close();
    }

    @Override
    public void close() {
        thread.close();
        token.close();
    }

    private final class LeafWork implements SessionThread.Work {
        private final Milestones milestones;

        LeafWork(Milestones milestones) {
            this.milestones = milestones;
        }

        @Override
        public void run(SessionThread thread) throws IOException, SessionThread.RefusedException, InterruptedException {
            switch (grant()) {
                case Grant.Refused(int code, String reason, var retryAfter) ->
                    throw new SessionThread.RefusedException(code + " " + reason, retryAfter.orElse(Duration.ZERO));
                case Grant.Waiting(String reason, var retryAfter) ->
                    throw SessionThread.RefusedException.waiting(reason, retryAfter.orElse(Duration.ZERO));
                case Grant.Granted granted -> {
                    link.listenedAt(hub, granted.endpoints());
                    try (HubSession session =
                            link.open(hub, leaf.id(), new Credential.Token(granted.token()), leaf.model())) {
                        LOG.atInfo().addKeyValue("deviceId", leaf.id()).log("leaf connected");
                        thread.connected(Milestone.LEAF_CONNECTED);
                        token.connected();
                        session.onLoss(() -> outbox.wake(leaf.id()));
                        try (var _ = downlinks.begin(leaf.id(), session)) {
                            speak(session);
                        }
                    }
                }
            }
        }

        private Grant grant() throws NoTokenException {
            try {
                return token.grant();
            } catch (IOException e) {
                throw new NoTokenException(e);
            }
        }

        @Override
        public void notAuthorized() {
            token.forget();
        }

        /** Returns when the session is to be opened again with a new token. */
        private void speak(HubSession session) throws IOException, InterruptedException {
            long confirmed = 0;
            window = FIRST;
            while (!session.isSuperseded() && !isToBeOpenedAnew(session)) {
                if (!session.isOpen()) {
                    throw new IOException("the connection of " + leaf.id() + " to " + hub + " was lost");
                }
                long through = carry(session);
                if (through == 0) {
                    outbox.await(leaf.id(), confirmed, LOOK);
                    continue;
                }
                if (confirmed == 0) {
                    milestones.reached(Milestone.LEAF_SPEAKING, leaf.id().text());
                }
                thread.succeeded();
                window = Math.min(Transit.MOST, 2 * window);
                confirmed = through;
                outbox.confirm(leaf.id(), confirmed);
            }
        }

        /** Sends what waits, as far as it is this leaf's turn; up to which message, 0 when none waits. */
        private long carry(HubSession session) throws IOException, InterruptedException {
            Transit.Share share = transit.take(window);
            try {
                List<TelemetryMessage> batch = outbox.head(leaf.id(), share.messages(), share.octets());
                share = transit.keep(share, batch);
                return batch.isEmpty()
                        ? 0
                        : sent(
                                session,
                                batch.stream()
                                        .map(message -> GapBody.resolve(message, clock))
                                        .toList());
            } finally {
                transit.giveBack(share);
            }
        }
    }

    /** Up to which message the hub has them, or will never take them: one that it refuses for good holds up no other. */
    private long sent(HubSession session, List<TelemetryMessage> batch) throws IOException, InterruptedException {
        try {
            session.send(batch);
            return batch.getLast().sequence();
        } catch (MessageRefusedException e) {
            LOG.atError()
                    .addKeyValue("deviceId", leaf.id())
                    .addKeyValue("sequence", e.sequence())
                    .addKeyValue("reason", e.getMessage())
                    .log("the hub will never take this message; it is left out");
            return e.sequence();
        }
    }

    /** Asks for another token when it is time; the session goes on with it where it can. */
    private boolean isToBeOpenedAnew(HubSession session) throws IOException, InterruptedException {
        if (token.isDue()) {
            Optional<Credential> fresh = renewed();
            if (fresh.isPresent() && session.renew(fresh.get())) {
                token.carriedOn();
            }
        }
        return token.isSessionWorn();
    }

    /** What the token service gave; if nothing, the old token serves to its end, unless it was decided otherwise. */
    private Optional<Credential> renewed() {
        try {
            switch (token.ask()) {
                case Grant.Granted granted -> {
                    renewalFailures = 0;
                    return Optional.of(new Credential.Token(granted.token()));
                }
                case Grant.Refused(int code, String reason, var retryAfter) -> {
                    if (code == 403 || code == 404 || code == 409) {
                        token.forget(); // decided, and known to the hub as well or soon
                    } else {
                        postpone(code + " " + reason, retryAfter.orElse(Duration.ZERO));
                    }
                }
                case Grant.Waiting _ -> token.forget(); // the leaf is gone
            }
        } catch (IOException e) {
            postpone(String.valueOf(e.getMessage()), Duration.ZERO);
        }
        return Optional.empty();
    }

    private void postpone(String reason, Duration atLeast) {
        renewalFailures++;
        Duration delay = retry.failure().delay(renewalFailures);
        token.postpone(delay.compareTo(atLeast) < 0 ? atLeast : delay);
        LOG.atWarn()
                .addKeyValue("deviceId", leaf.id())
                .addKeyValue("reason", reason)
                .log("no new token yet; the old one serves to its end");
    }
}
