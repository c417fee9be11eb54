// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Who is connected: one session a device, the newest. */
final class LiveSessions {
    private final Map<DeviceId, DeviceSession> live = new ConcurrentHashMap<>();
    private final Consumer<DeviceSession> left;

    /** @param left told when a device has no session any more */
    LiveSessions(Consumer<DeviceSession> left) {
        this.left = left;
    }

    /** The older session of the same device, if there is one, is ended. */
    void add(DeviceSession session) {
        DeviceSession older = live.put(session.deviceId(), session);
        if (older != null) {
            older.end(CloseReason.NEWER_CONNECTION);
        }
    }

    void remove(DeviceSession session) {
        if (live.remove(session.deviceId(), session)) {
            left.accept(session);
        }
    }

    Optional<DeviceSession> find(DeviceId device) {
        return Optional.ofNullable(live.get(device));
    }

    int count() {
        return live.size();
    }

    void end(Predicate<DeviceSession> which, CloseReason reason) {
        live.values().stream().filter(which).toList().forEach(session -> session.end(reason));
    }

    void endExpired(Instant now) {
        end(session -> session.isExpired(now), CloseReason.TOKEN_EXPIRED);
    }
}
