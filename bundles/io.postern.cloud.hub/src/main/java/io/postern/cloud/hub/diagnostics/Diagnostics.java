// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.cloud.hub.diagnostics.Operation.IdentityChange;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Shown;
import java.time.InstantSource;
import java.util.Optional;

/** Hears of everything in one hub that operators count or look up: each is said once, and both metric and log have it. */
public final class Diagnostics {
    private static final int LONGEST_DETAIL = 400; // characters; reasons of ours quote names of 128

    private final HubName hub;
    private final OperationLog log;
    private final InstantSource clock;
    private final HubMeters meters;

    public Diagnostics(HubName hub, OperationLog log, InstantSource clock) {
        this.hub = hub;
        this.log = log;
        this.clock = clock;
        this.meters = new HubMeters(hub);
    }

    public HubMeters meters() {
        return meters;
    }

    /** Where operations of all hubs are written; {@link #write} adds one of this hub. */
    public OperationLog log() {
        return log;
    }

    /** By whoever the calling thread works for. */
    public void write(Operation operation) {
        log.write(new LoggedOperation(clock.instant(), hub, Actor.current(), operation));
    }

    public void connected(DeviceId device, Origin origin, String authentication, Optional<String> policy) {
        meters.of(origin.transport()).opened();
        write(new Operation.Connected(device, origin, authentication, policy));
    }

    /** @param word the reason in one word */
    public void disconnected(DeviceId device, Origin origin, String word, int code, String reason) {
        meters.of(origin.transport()).ended();
        meters.ended().add(origin.transport().text(), word);
        write(new Operation.Disconnected(device, origin, code, reason));
    }

    /**
     * Somebody was not let in.
     *
     * @param claimed whom he said he is
     * @param reason one of few words
     * @param detail the whole reason; no secret
     */
    public void refused(String claimed, Origin origin, String reason, String detail) {
        meters.failures().add(origin.transport().text(), reason);
        write(new Operation.AuthenticationFailed(Shown.of(claimed), origin, reason, brief(detail)));
    }

    /** @param limit one of few words */
    public void throttled(Origin origin, String limit, String detail) {
        meters.throttled().add(origin.transport().text(), limit);
        write(new Operation.Throttled(origin, limit, brief(detail)));
    }

    public void changed(DeviceId device, IdentityChange change) {
        meters.registry().add(change.text());
        write(new Operation.RegistryChanged(device, change));
    }

    private static String brief(String detail) {
        return detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL) + "...";
    }
}
