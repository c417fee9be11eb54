// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.downlink.Downlinks;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.TokenLink.Grant;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one leaf's messages from the outbox to the hub, in order, under the leaf's own identity. A message leaves the
 * outbox only when the hub has acknowledged it; what was sent without an acknowledgement is sent again.
 */
public final class Uplink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Uplink.class);
    private static final int BATCH = 20; // the session's window: one round trip
    private static final Duration LOOK = Duration.ofSeconds(1); // an idle session's loss or end is noticed within

    private final LeafDevice leaf;
    private final HubName hub;
    private final HubLink link;
    private final Outbox outbox;
    private final LeafToken token;
    private final Downlinks downlinks;
    private final Retry retry;
    private final SessionThread thread;
    private int renewalFailures;

    public Uplink(
            LeafDevice leaf,
            HubName hub,
            HubLink link,
            Outbox outbox,
            LeafToken token,
            Downlinks downlinks,
            Retry retry,
            Milestones milestones,
            InstantSource clock) {
        this.leaf = leaf;
        this.hub = hub;
        this.link = link;
        this.outbox = outbox;
        this.token = token;
        this.downlinks = downlinks;
        this.retry = retry;
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
    }

    @Override
    public void close() {
        thread.close();
    }

    private final class LeafWork implements SessionThread.Work {
        private final Milestones milestones;

        LeafWork(Milestones milestones) {
            this.milestones = milestones;
        }

        @Override
        public void run(SessionThread thread) throws IOException, SessionThread.RefusedException, InterruptedException {
            switch (token.grant()) {
                case Grant.Refused(int code, String reason, var retryAfter) ->
                    throw new SessionThread.RefusedException(code + " " + reason, retryAfter.orElse(Duration.ZERO));
                case Grant.Waiting(String reason, var retryAfter) ->
                    throw SessionThread.RefusedException.waiting(reason, retryAfter.orElse(Duration.ZERO));
                case Grant.Granted granted -> {
                    try (HubSession session =
                            link.open(hub, leaf.id(), new Credential.Token(granted.token()), leaf.model())) {
                        LOG.atInfo().addKeyValue("deviceId", leaf.id()).log("leaf connected");
                        thread.connected(Milestone.LEAF_CONNECTED);
                        try (var _ = downlinks.begin(leaf.id(), session)) {
                            speak(session);
                        }
                    }
                }
            }
        }

        @Override
        public void notAuthorized() {
            token.forget();
        }

        /** Returns when the session is to be opened again with a new token. */
        private void speak(HubSession session) throws IOException, InterruptedException {
            long confirmed = 0;
            while (!(token.isDue() && isRenewed())) {
                if (!session.isOpen()) {
                    throw new IOException("the connection of " + leaf.id() + " to " + hub + " was lost");
                }
                List<TelemetryMessage> batch = outbox.head(leaf.id(), BATCH);
                if (batch.isEmpty()) {
                    outbox.await(leaf.id(), confirmed, LOOK);
                    continue;
                }
                session.send(batch);
                if (confirmed == 0) {
                    milestones.reached(Milestone.LEAF_SPEAKING, leaf.id().text());
                    thread.succeeded();
                }
                confirmed = batch.getLast().sequence();
                outbox.confirm(leaf.id(), confirmed);
            }
        }
    }

    /** Whether to begin again with what the token service said; if not, the old token serves to its end. */
    private boolean isRenewed() {
        try {
            switch (token.ask()) {
                case Grant.Granted _ -> {
                    renewalFailures = 0;
                    return true;
                }
                case Grant.Refused(int code, String reason, var retryAfter) -> {
                    if (code == 403 || code == 404 || code == 409) {
                        token.forget(); // decided, and known to the hub as well or soon
                        return true;
                    }
                    postpone(code + " " + reason, retryAfter.orElse(Duration.ZERO));
                }
                case Grant.Waiting _ -> {
                    token.forget(); // the leaf is gone
                    return true;
                }
            }
        } catch (IOException e) {
            postpone(String.valueOf(e.getMessage()), Duration.ZERO);
        }
        return false;
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
