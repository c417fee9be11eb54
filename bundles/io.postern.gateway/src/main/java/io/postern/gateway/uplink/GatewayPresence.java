// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.control.GatewayMethods;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotOverThisTransportException;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's own session with its hub. It reports what runs here, answers direct methods and, more than that, finds out when the hub does not
 * know this gateway any more: then only being provisioned again can help.
 */
public final class GatewayPresence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayPresence.class);
    private static final Duration LOOK = Duration.ofSeconds(1); // the loss of the session is noticed within
    // a change is told at once, but a leaf that comes and goes costs two messages a minute in the long run
    private static final int LOOKS_FOR_A_REPORT = 30;
    private static final int MOST_REPORTS = 10; // in a row: a start, or a swap on a line that has just been scanned
    private static final int NOT_A_MISTAKE = 2; // refusals in a row, each of a credential made for the occasion

    private final HubName hub;
    private final HubLink link;
    private final GatewayIdentity identity;
    private final Optional<ModelId> model;
    private final Supplier<JsonObject> report;
    private final GatewayMethods methods;
    private final Exchanges exchanges;
    private final Runnable stranger;
    private final Pause pause;
    private final SessionThread thread;

    /**
     * @param model what the gateway says it is (CEN-22)
     * @param report the reported properties as they are now; told again when they change
     * @param methods what the gateway can be asked for by its hub
     * @param exchanges told when a session has been opened anew and its report taken; may demand another
     * @param stranger told when the hub does not accept the gateway any more, again after each further refusal
     */
    public GatewayPresence(
            HubName hub,
            HubLink link,
            GatewayIdentity identity,
            Optional<ModelId> model,
            Supplier<JsonObject> report,
            GatewayMethods methods,
            Exchanges exchanges,
            Runnable stranger,
            Retry retry,
            Milestones milestones,
            InstantSource clock) {
        this.hub = hub;
        this.link = link;
        this.identity = identity;
        this.model = model;
        this.report = report;
        this.methods = methods;
        this.exchanges = exchanges;
        this.stranger = stranger;
        this.pause = retry.pause();
        this.thread = new SessionThread(identity.device(), new OwnWork(), retry, milestones, clock);
    }

    public void start() {
        thread.start();
    }

    DeviceId device() {
        return identity.device();
    }

    public SessionState state() {
        return thread.state();
    }

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

    /** Over a transport without twins the hub is not told; the session serves all the same. */
    private static void tell(HubSession session, JsonObject reported) throws IOException, InterruptedException {
        try {
            session.report(reported);
        } catch (NotOverThisTransportException e) {
            LOG.atDebug().log("the gateway's report is not told: " + e.getMessage());
        }
    }

    private final class OwnWork implements SessionThread.Work {
        private @Nullable Credential used;
        private int refusals;

        @Override
        public void run(SessionThread thread) throws IOException, InterruptedException {
            long demand = exchanges.demanded();
            Credential credential = identity.credential();
            used = credential;
            try (HubSession session = link.open(hub, identity.device(), credential, model)) {
                refusals = 0;
                LOG.atInfo().addKeyValue("deviceId", identity.device()).log("gateway connected");
                thread.connected(Milestone.CONNECTED);
                JsonObject reported = report.get();
                tell(session, reported);
                session.follow();
                methods.lookAtDesired(session);
                thread.succeeded();
                exchanges.reported(demand);
                int looks = 0;
                int reports = MOST_REPORTS;
                while (exchanges.demanded() == demand && !session.isSuperseded() && carriesOn(session)) {
                    if (!session.isOpen()) {
                        throw new IOException("the connection of " + identity.device() + " to " + hub + " was lost");
                    }
                    pause.take(LOOK);
                    looks++;
                    if (looks % LOOKS_FOR_A_REPORT == 0) {
                        reports = Math.min(MOST_REPORTS, reports + 1);
                    }
                    JsonObject now = reports > 0 ? report.get() : reported;
                    if (!now.equals(reported)) {
                        tell(session, now);
                        thread.succeeded();
                        reported = now;
                        reports--;
                    }
                    methods.answerAll(session);
                }
            }
        }

        /** Whether the session has the present credential, or could be given it in its place. */
        private boolean carriesOn(HubSession session) throws IOException, InterruptedException {
            Credential present = identity.credential(); // another one when the first is worn
            if (present.equals(used)) {
                return true;
            }
            Credential before = used;
            used = present;
            if (session.renew(present)) {
                return true;
            }
            used = before;
            return false;
        }

        @Override
        public void notAuthorized() {
            if (used != null) {
                identity.forget(used);
            }
            refusals++;
            if (refusals >= NOT_A_MISTAKE) {
                stranger.run();
            }
        }
    }
}
