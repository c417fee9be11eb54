// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import io.postern.ctl.Cloud;
import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.lab.LabSite;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The events a hub has accepted, gathered by one test from one moment on. */
final class HubEvents implements AutoCloseable {
    private final EventStream stream;
    private final List<TelemetryEvent> all = new ArrayList<>();

    private HubEvents(EventStream stream) {
        this.stream = stream;
    }

    /** Everything that is accepted from now on: the hub itself says where now is. */
    static HubEvents fromNow(LabSite site) throws ServiceException {
        return fromNow(site.cloud());
    }

    static HubEvents fromNow(Cloud cloud) throws ServiceException {
        return new HubEvents(cloud.newEvents(notice -> {}));
    }

    List<TelemetryEvent> all() {
        return all;
    }

    /** Reads on until {@code enough}; how it went is the caller's to assert. */
    boolean awaitUntil(Duration atMost, Predicate<List<TelemetryEvent>> enough)
            throws ServiceException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!enough.test(all)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Optional<TelemetryEvent> event = stream.next(Duration.ofMillis(200));
            event.ifPresent(all::add);
        }
        return true;
    }

    static long sequenceOf(TelemetryEvent event) {
        return Long.parseLong(
                Json.text(event.json().getJsonObject("properties"), "seq").orElseThrow());
    }

    static JsonObject bodyOf(TelemetryEvent event) {
        return event.json().getJsonObject("body");
    }

    @Override
    public void close() {
        stream.close();
    }
}
