// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.spi.LeafOrders;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Model.Content;
import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A thermostat that can be away, be held, refuse, or go away while it is written to. */
final class FakeInstrument implements LeafOrders {
    final List<String> orders = new CopyOnWriteArrayList<>();
    final Map<String, Measurement> shows = new ConcurrentHashMap<>();
    volatile boolean ready = true;
    volatile Optional<Outcome> instead = Optional.empty();
    volatile boolean cutOff; // takes the next order, and its answer is lost
    volatile CountDownLatch slow = new CountDownLatch(0);

    @Override
    public Optional<Model> model(DeviceId leaf) {
        var contents = new LinkedHashMap<String, Content>();
        contents.put("temperature", new Content.Telemetry(Model.Schema.DOUBLE, "degreeCelsius"));
        contents.put("setpoint", new Content.Property(Model.Schema.DOUBLE, "degreeCelsius", true));
        contents.put("mode", new Content.Property(Model.Schema.INTEGER, "", true));
        contents.put("serial", new Content.Property(Model.Schema.STRING, "", false));
        contents.put("reset", new Content.Command(Optional.empty()));
        contents.put("boost", new Content.Command(Optional.of(Model.Schema.INTEGER)));
        return Optional.of(new Model(ModelId.of("dtmi:test:thermostat;1"), "Thermostat", contents));
    }

    @Override
    public boolean isReady(DeviceId leaf) {
        return ready;
    }

    @Override
    public Outcome write(DeviceId leaf, String field, Measurement value, Attempt attempt, Duration patience)
            throws InterruptedException {
        slow.await();
        orders.add(attempt + " " + field + " " + JsonMeasurement.of(value));
        if (instead.isPresent()) {
            return instead.get();
        }
        if (!ready) {
            return new Outcome.NotAnswering("line heating: no such port", false);
        }
        shows.put(field, value);
        if (cutOff) {
            cutOff = false;
            ready = false;
            return new Outcome.NotAnswering("no answer", true);
        }
        return new Outcome.Done(value);
    }
}
