// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.Stamp;
import io.postern.gateway.provisioning.ProvisioningState;
import io.postern.gateway.provisioning.TransportUse;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.uplink.HubTransportUse;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Tells where the gateway stands: in the log, as a milestone when something stands in its way, and in a file that is
 * always whole: {@code {"state","reason","next","since","nextTry","leftBy","failures","identity","transport","blocked",
 * "hub","leaves","time"}}, {@code leaves} with those that get no token, and why. Times are as they are known when the file is
 * written. A file that cannot be written stops nothing.
 */
final class ProvisioningJournal implements Consumer<ProvisioningState> {
    private static final Logger LOG = LoggerFactory.getLogger(ProvisioningJournal.class);

    private final Optional<Path> file;
    private final String identity;
    private final Milestones milestones;
    private final GatewayClock clock;
    private volatile Optional<TransportUse> transports = Optional.empty();
    private volatile Supplier<List<GatewayStatus.Session>> sessions = List::of;
    private Optional<Standing> last = Optional.empty(); // guarded by this
    private Map<String, String> leaves = Map.of(); // guarded by this
    private Optional<HubTransportUse> hub = Optional.empty(); // guarded by this

    /** Where it stands since when. */
    private record Standing(ProvisioningState state, Stamp since) {}

    /** @param identity how the gateway proves itself, as the configuration says it */
    ProvisioningJournal(Optional<Path> file, String identity, Milestones milestones, GatewayClock clock) {
        this.file = file;
        this.identity = identity;
        this.milestones = milestones;
        this.clock = clock;
    }

    @Override
    public void accept(ProvisioningState state) {
        log(state);
        if (state instanceof ProvisioningState.Resting resting) {
            milestones.reached(Milestone.RETRYING, "provisioning: " + resting.name() + ": " + resting.reason());
        }
        synchronized (this) {
            last = Optional.of(new Standing(state, clock.stamp()));
            write();
        }
    }

    /** From where it takes what went wrong with sessions, each time it writes. */
    void follow(Supplier<List<GatewayStatus.Session>> source) {
        sessions = source;
    }

    /** Takes over which leaves get no token, and why. */
    synchronized void leaves(Map<String, String> refused) {
        leaves = refused;
        write();
    }

    /** What stands in the file, whether there is one or not; empty before the first step. */
    synchronized Optional<JsonObject> present() {
        return last.map(standing -> {
            JsonObjectBuilder json = toJson(standing);
            if (!leaves.isEmpty()) {
                var reasons = Json.object();
                leaves.forEach(reasons::add);
                json.add("leaves", reasons);
            }
            hub.ifPresent(use -> json.add(
                    "uplink", Json.object(use.toJson()).add("troubles", UplinkCommand.troubles(sessions.get()))));
            return json.add("time", clock.state().toJson()).build();
        });
    }

    private synchronized void write() {
        if (file.isPresent()) {
            present().ifPresent(json -> write(file.get(), json));
        }
    }

    /** The time is known better now, and with it all times in the file. */
    void timeKnown() {
        write();
    }

    /** Takes over what the provisioning service was reached; it stands in the file with the next state. */
    void reached(TransportUse use) {
        boolean news = transports.isEmpty() || !transports.get().equals(use);
        transports = Optional.of(use);
        String name = use.used().map(Transport::text).orElse("none");
        if (news && !use.blocked().isEmpty()) {
            LOG.atWarn().addKeyValue("transport", name).log("not every transport gets through: " + use.obstacles());
        } else if (news) {
            LOG.atInfo().addKeyValue("transport", name).log("reached the provisioning service");
        }
        if (use.used().isPresent()) {
            milestones.reached(Milestone.TRANSPORT, use.blocked().isEmpty() ? name : name + "; " + use.obstacles());
        }
    }

    /** Takes over what the hub is reached. */
    void reached(HubTransportUse use) {
        String name = use.used().map(Transport::text).orElse("none");
        LOG.atLevel(use.blocked().isEmpty() ? Level.INFO : Level.WARN)
                .addKeyValue("transport", name)
                .addKeyValue("reason", use.reason())
                .log(use.blocked().isEmpty() ? "the way to the hub" : "the way to the hub; " + use.obstacles());
        synchronized (this) {
            hub = Optional.of(use);
            write();
        }
    }

    private static void log(ProvisioningState state) {
        switch (state) {
            case ProvisioningState.Assigned(var assignment) ->
                LOG.atInfo()
                        .addKeyValue("registrationId", assignment.registrationId())
                        .addKeyValue("deviceId", assignment.deviceId())
                        .addKeyValue("hub", assignment.hub())
                        .log("assigned");
            case ProvisioningState.Resting resting ->
                LOG.atWarn()
                        .addKeyValue("state", resting.name())
                        .addKeyValue("failures", resting.failures())
                        .addKeyValue("retryInMs", resting.pause().toMillis())
                        .log("not provisioned yet: " + resting.reason() + "; " + resting.next());
            case ProvisioningState.Unprovisioned _,
                    ProvisioningState.Registering _,
                    ProvisioningState.Challenged _,
                    ProvisioningState.Waiting _ ->
                LOG.atDebug().addKeyValue("state", state.name()).log(state.reason());
        }
    }

    private JsonObjectBuilder toJson(Standing standing) {
        ProvisioningState state = standing.state();
        Instant since = clock.resolve(standing.since()).instant();
        var json = Json.object()
                .add("state", state.name())
                .add("reason", state.reason())
                .add("next", state.next())
                .add("since", since.toString())
                .add("failures", state.failures())
                .add("identity", identity);
        if (state instanceof ProvisioningState.Resting(var _, var _, var _, Duration pause)) {
            json.add("nextTry", since.plus(pause).toString());
        }
        if (state instanceof ProvisioningState.Assigned(var assignment)) {
            json.add("hub", assignment.hub().text());
        }
        transports.ifPresent(use -> add(json, use));
        state.atMost().ifPresent(most -> json.add("leftBy", since.plus(most).toString()));
        return json;
    }

    private static void add(JsonObjectBuilder json, TransportUse use) {
        use.used().ifPresent(transport -> json.add("transport", transport.text()));
        if (!use.blocked().isEmpty()) {
            var blocked = Json.object();
            use.blocked().forEach(each -> blocked.add(each.transport().text(), each.reason()));
            json.add("blocked", blocked);
        }
    }

    private static void write(Path file, JsonObject json) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), Json.pretty(json) + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("the gateway's state is not written");
        }
    }
}
