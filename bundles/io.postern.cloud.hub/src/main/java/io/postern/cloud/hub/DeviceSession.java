// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.commands.CommandQueue;
import io.postern.cloud.hub.commands.LockToken;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.Settlement;
import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.Origin;
import io.postern.cloud.hub.diagnostics.TransportMeter;
import io.postern.cloud.hub.methods.MethodLine;
import io.postern.cloud.hub.methods.Methods;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one live connection of a device, seen from the hub, or a single request of it ({@link Hub#once}). Every call asks
 * first whether the session still stands and its token is still good, so nothing is accepted after the device was
 * deleted, disabled or displaced.
 */
public final class DeviceSession implements AutoCloseable {
    /** What all sessions of a hub work on. */
    record Ground(
            LiveSessions sessions,
            Twins twins,
            EventStream events,
            CommandQueue commands,
            Methods methods,
            Diagnostics diagnostics,
            InstantSource clock,
            Function<Principal.Device, Optional<CloseReason>> flaw) {}

    private final DeviceConnection connection;
    private final Ground ground;
    private final MethodLine methodLine;
    private final Origin origin;
    private final TransportMeter meter;
    private final boolean live;
    private final Instant since;
    private final AtomicReference<@Nullable CloseReason> ended = new AtomicReference<>();
    /** The newest first; for the moment of a renewal also the one before it. */
    private volatile List<Principal.Device> standing;

    private volatile Instant lastActivity;
    private final Object telling = new Object();
    private boolean told; // whether its beginning is on record and its end not yet; guarded by telling

    DeviceSession(Principal.Device principal, DeviceConnection connection, Ground ground, boolean live) {
        this.standing = List.of(principal);
        this.connection = connection;
        this.ground = ground;
        this.methodLine = connection::methodCalled;
        this.origin = connection.origin();
        this.meter = ground.diagnostics().meters().of(origin.transport());
        this.live = live;
        this.since = ground.clock().instant();
        this.lastActivity = since;
    }

    public DeviceId deviceId() {
        return principal().identity().deviceId();
    }

    public Principal.Device principal() {
        return standing.getFirst();
    }

    /**
     * Goes on with fresher evidence of the same device: from now on its end is the session's.
     *
     * @return false when identity or policy have changed since the evidence was checked; the session stands on what it
     *     stood on before
     * @throws IllegalArgumentException when it is another device's
     */
    public synchronized boolean renew(Principal.Device fresh) throws SessionEndedException {
        Principal.Device before = principal();
        if (!fresh.identity().deviceId().equals(deviceId())
                || !fresh.identity().generationId().equals(before.identity().generationId())) {
            throw new IllegalArgumentException("this session is of device " + deviceId() + " of generation "
                    + before.identity().generationId() + ", the evidence of "
                    + fresh.identity().deviceId() + " of generation "
                    + fresh.identity().generationId());
        }
        checkStands();
        standing = List.of(fresh, before);
        // asked only now, as in connecting: what changes after this look ends the session
        boolean good = ground.flaw().apply(fresh).isEmpty();
        standing = List.of(good ? fresh : before);
        return good;
    }

    /**
     * Accepts telemetry, in order, all or none; returns when it is durable and may be acknowledged.
     *
     * @throws IllegalArgumentException when one is larger than {@link Telemetry#LARGEST}
     * @throws SessionEndedException when the session no longer stands
     */
    public void accept(List<Telemetry> messages) throws SessionEndedException, InterruptedException {
        checkStands();
        Instant now = ground.clock().instant();
        ground.events().append(messages.stream().map(m -> stamped(m, now)).toList());
        long octets = 0;
        for (Telemetry each : messages) {
            octets += each.size();
        }
        meter.accepted(messages.size(), octets);
    }

    /**
     * Accepts the will of a device whose connection has ended. That a newer connection took over takes nothing from its
     * right to speak; any other end by the hub does.
     */
    public void acceptLastWords(Telemetry will) throws SessionEndedException, InterruptedException {
        Instant now = ground.clock().instant();
        boolean displaced = ended.get() == CloseReason.NEWER_CONNECTION;
        if (!displaced || isExpired(now) || ground.flaw().apply(principal()).isPresent()) {
            checkStands();
        }
        ground.events().append(List.of(stamped(will, now)));
        meter.accepted(1, will.size());
    }

    /** The device has sent what is no telemetry by the hub's rules; it counts (ISS-10). */
    public void garbled() {
        meter.garbled();
    }

    public DeviceTwin twin() throws SessionEndedException {
        checkStands();
        DeviceTwin twin = ground.twins()
                .find(deviceId())
                .orElseThrow(() -> new SessionEndedException(CloseReason.DEVICE_DELETED));
        ground.twins().contacted(deviceId());
        ground.diagnostics().meters().twins().add("device", "read");
        return twin;
    }

    /** See {@link Twins#report}. */
    public TwinReply report(JsonObject patch, OptionalLong onlyVersion) throws SessionEndedException {
        checkStands();
        TwinReply reply = ground.twins().report(deviceId(), patch, onlyVersion);
        if (reply instanceof TwinReply.Changed) {
            ground.twins().contacted(deviceId());
            ground.diagnostics().meters().twins().add("device", "change");
        }
        return reply;
    }

    /** Locks the next command for as long as the hub is set to; see {@link #takeCommand(Duration)}. */
    public Optional<LockedCommand> takeCommand() throws SessionEndedException {
        return takeCommand(ground.commands().settings().lock());
    }

    /**
     * Locks the next command that waits for this device. What a live session holds when it ends waits again at once.
     *
     * @param lock 5 to 300 s
     */
    public Optional<LockedCommand> takeCommand(Duration lock) throws SessionEndedException {
        checkStands();
        if (!live) {
            return ground.commands().take(deviceId(), lock);
        }
        Optional<LockedCommand> taken = ground.commands().take(deviceId(), lock, this);
        if (ended.get() != null) {
            ground.commands().release(deviceId(), this); // the end of the session may not have seen this one
        }
        return taken;
    }

    /** See {@link CommandQueue#settle}. */
    public boolean settle(LockToken token, Settlement settlement) throws SessionEndedException {
        checkStands();
        return ground.commands().settle(deviceId(), token, settlement);
    }

    /** Whether the device wants to be asked from now on; of a live session only. */
    public void listenToMethods(boolean wanted) throws SessionEndedException {
        checkStands();
        if (wanted && live) {
            ground.methods().listen(deviceId(), methodLine);
        } else {
            ground.methods().ignore(deviceId(), methodLine);
        }
        if (ended.get() != null) {
            ground.methods().end(deviceId(), methodLine);
        }
    }

    /** See {@link Methods#answer}. */
    public boolean answerMethod(String requestId, int status, Bytes payload) throws SessionEndedException {
        checkStands();
        return ground.methods().answer(deviceId(), methodLine, requestId, status, payload);
    }

    /** The connection is gone; idempotent. */
    @Override
    public void close() {
        if (ended.compareAndSet(null, CloseReason.DISCONNECTED)) {
            leave();
        }
    }

    /** Puts on record that it has begun, and that it has ended when it has already. */
    void begun() {
        synchronized (telling) {
            told = true;
            ground.diagnostics()
                    .connected(
                            deviceId(),
                            origin,
                            principal().method().scope(),
                            principal().policyName());
        }
        endReason().ifPresent(this::tellEnd);
    }

    private void tellEnd(CloseReason reason) {
        synchronized (telling) {
            if (told) {
                told = false;
                ground.diagnostics()
                        .disconnected(
                                deviceId(),
                                origin,
                                reason.name().toLowerCase(Locale.ROOT),
                                reason.code(),
                                reason.text());
            }
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
        return !principal().expires().isAfter(now);
    }

    /** Ends the session from the hub's side; idempotent. */
    void end(CloseReason reason) {
        if (ended.compareAndSet(null, reason)) {
            leave();
            connection.close(reason);
        }
    }

    /** Whether {@code which} is true of what this session stands on. */
    boolean standsOn(Predicate<Principal.Device> which) {
        return standing.stream().anyMatch(which);
    }

    void commandsWaiting() {
        connection.commandsWaiting();
    }

    void desiredChanged(JsonObject patch, long version) {
        connection.desiredChanged(patch, version);
    }

    private void leave() {
        endReason().ifPresent(this::tellEnd);
        ground.sessions().remove(this);
        if (live) {
            ground.methods().end(deviceId(), methodLine);
            if (ended.get() != CloseReason.HUB_CLOSING) { // not the device's doing: locks end with the hub, uncounted
                ground.commands().release(deviceId(), this);
            }
        }
    }

    private void checkStands() throws SessionEndedException {
        Instant now = ground.clock().instant();
        if (isExpired(now)) {
            end(CloseReason.TOKEN_EXPIRED);
        }
        if (!live) {
            ground.flaw().apply(principal()).ifPresent(this::end); // nobody else would tell it
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
                principal().identity().generationId(),
                now,
                principal().method(),
                principal().policyName(),
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
