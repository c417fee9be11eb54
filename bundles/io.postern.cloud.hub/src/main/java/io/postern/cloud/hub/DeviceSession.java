// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one live connection of a device, seen from the hub. Every call asks first whether the session still stands and its
 * token is still good, so nothing is accepted after the device was deleted, disabled or displaced.
 */
public final class DeviceSession implements AutoCloseable {
    private final Principal.Device principal;
    private final DeviceConnection connection;
    private final LiveSessions sessions;
    private final Twins twins;
    private final EventStream events;
    private final InstantSource clock;
    private final Instant since;
    private final AtomicReference<@Nullable CloseReason> ended = new AtomicReference<>();
    private volatile Instant lastActivity;

    DeviceSession(
            Principal.Device principal,
            DeviceConnection connection,
            LiveSessions sessions,
            Twins twins,
            EventStream events,
            InstantSource clock) {
        this.principal = principal;
        this.connection = connection;
        this.sessions = sessions;
        this.twins = twins;
        this.events = events;
        this.clock = clock;
        this.since = clock.instant();
        this.lastActivity = since;
    }

    public DeviceId deviceId() {
        return principal.identity().deviceId();
    }

    public Principal.Device principal() {
        return principal;
    }

    /**
     * Accepts telemetry, in order, all or none; returns when it is durable and may be acknowledged.
     *
     * @throws IllegalArgumentException when one is larger than {@link Telemetry#LARGEST}
     * @throws SessionEndedException when the session no longer stands
     */
    public void accept(List<Telemetry> messages) throws SessionEndedException, InterruptedException {
        checkStands();
        Instant now = clock.instant();
        events.append(messages.stream().map(m -> stamped(m, now)).toList());
    }

    public DeviceTwin twin() throws SessionEndedException {
        checkStands();
        DeviceTwin twin =
                twins.find(deviceId()).orElseThrow(() -> new SessionEndedException(CloseReason.DEVICE_DELETED));
        twins.contacted(deviceId());
        return twin;
    }

    /** See {@link Twins#report}. */
    public TwinReply report(JsonObject patch, OptionalLong onlyVersion) throws SessionEndedException {
        checkStands();
        TwinReply reply = twins.report(deviceId(), patch, onlyVersion);
        if (reply instanceof TwinReply.Changed) {
            twins.contacted(deviceId());
        }
        return reply;
    }

    /** The connection is gone; idempotent. */
    @Override
    public void close() {
        if (ended.compareAndSet(null, CloseReason.DISCONNECTED)) {
            sessions.remove(this);
        }
    }

    Instant since() {
        return since;
    }

    Optional<CloseReason> endReason() {
        return Optional.ofNullable(ended.get());
    }

    Instant lastActivity() {
        return lastActivity;
    }

    boolean isExpired(Instant now) {
        return !principal.expires().isAfter(now);
    }

    /** Ends the session from the hub's side; idempotent. */
    void end(CloseReason reason) {
        if (ended.compareAndSet(null, reason)) {
            sessions.remove(this);
            connection.close(reason);
        }
    }

    void desiredChanged(JsonObject patch, long version) {
        connection.desiredChanged(patch, version);
    }

    private void checkStands() throws SessionEndedException {
        Instant now = clock.instant();
        if (isExpired(now)) {
            end(CloseReason.TOKEN_EXPIRED);
        }
        CloseReason reason = ended.get();
        if (reason != null) {
            throw new SessionEndedException(reason);
        }
        lastActivity = now;
    }

    private EventStream.Accepted stamped(Telemetry message, Instant now) {
        if (message.size() > Telemetry.LARGEST) {
            throw new IllegalArgumentException("a message has at most " + Telemetry.LARGEST
                    + " bytes with its properties, this one " + message.size());
        }
        return new EventStream.Accepted(
                deviceId(),
                principal.identity().generationId(),
                now,
                principal.method(),
                principal.policyName(),
                new Telemetry(withoutStamps(message.properties()), message.body()));
    }

    /** What says who sent a message is the hub's to write: a device cannot even appear to (clients send $.cdid). */
    private static PropertyBag withoutStamps(PropertyBag sent) {
        SequencedMap<String, String> kept = new LinkedHashMap<>(sent.entries());
        kept.keySet()
                .removeIf(name -> name.equals("$.cdid")
                        || name.equals("$.cmid")
                        || name.startsWith("iothub-connection-")
                        || name.equals("iothub-enqueuedtime")
                        || name.equals("iothub-message-source"));
        return new PropertyBag(kept);
    }
}
