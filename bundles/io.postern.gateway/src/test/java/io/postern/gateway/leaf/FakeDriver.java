// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.Template;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Drives instruments that are what the test says they are. */
final class FakeDriver implements Driver {
    private final String name;
    private final boolean watches;
    private final Map<String, Thing> things;

    /** What hangs at an address; stays there when the driver goes. */
    static final class Thing {
        volatile Fingerprint fingerprint = ComparisonTest.fingerprint("serial=1");
        volatile Optional<IOException> failure = Optional.empty();
        volatile Measurement value = new Measurement.Quantity(230);
        volatile Duration busTime = Duration.ofMillis(100);
        final List<String> asked = new CopyOnWriteArrayList<>();
        final List<Instrument.Listener> listeners = new CopyOnWriteArrayList<>();

        private void answer(String question) throws IOException {
            asked.add(question);
            if (failure.isPresent()) {
                throw failure.get();
            }
        }

        Observation observation() {
            var values = new LinkedHashMap<String, Measurement>();
            values.put("voltage", value);
            return new Observation(values);
        }
    }

    private FakeDriver(String name, boolean watches, Map<String, Thing> things) {
        this.name = name;
        this.watches = watches;
        this.things = things;
    }

    static Map<String, Thing> things(String... addresses) {
        var things = new ConcurrentHashMap<String, Thing>();
        List.of(addresses).forEach(address -> things.put(address, new Thing()));
        return things;
    }

    static Thing at(String address, Map<String, Thing> things) {
        return Optional.ofNullable(things.get(address)).orElseThrow();
    }

    static FakeDriver polling(String name, Map<String, Thing> things) {
        return new FakeDriver(name, false, things);
    }

    static FakeDriver watching(String name, Map<String, Thing> things) {
        return new FakeDriver(name, true, things);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Instrument instrument(Template template, String address) {
        Thing thing = things.get(address);
        if (thing == null) {
            throw new IllegalArgumentException("address: unit:N is needed, not \"" + address + "\"");
        }
        return watches ? new Watched(thing) : new Polled(thing);
    }

    private record Polled(Thing thing) implements Instrument.Polled {
        @Override
        public List<Instrument.Exchange> plan(Line.Timing timing, Set<String> fields) {
            return List.of(new Instrument.Exchange(
                    "registers 0-1", thing.busTime.plus(timing.characterTime().multipliedBy(0))));
        }

        @Override
        public Observation read(Line.Channel channel, Set<String> fields) throws IOException {
            thing.answer("read " + String.join(",", new ArrayList<>(fields)));
            Observation all = thing.observation();
            if (fields.contains("voltage")) {
                return all;
            }
            var shown = new LinkedHashMap<String, Measurement>();
            fields.forEach(field -> shown.put(field, thing.value));
            return new Observation(shown);
        }

        @Override
        public Fingerprint identify(Line.Channel channel) throws IOException {
            thing.answer("identify");
            return thing.fingerprint;
        }

        @Override
        public Measurement write(Line.Channel channel, String field, Measurement value) throws IOException {
            return written(thing, field, value);
        }
    }

    private static Measurement written(Thing thing, String field, Measurement value) throws IOException {
        if (value.equals(new Measurement.Quantity(999))) {
            throw new IllegalArgumentException(field + " takes 0 to 998");
        }
        thing.answer("write " + field);
        thing.value = value;
        return value;
    }

    private record Watched(Thing thing) implements Instrument.Watched {
        @Override
        public Instrument.Watch watch(Duration period, Instrument.Listener listener) {
            thing.listeners.add(listener);
            return new Instrument.Watch() {
                @Override
                public Fingerprint identify() throws IOException {
                    thing.answer("identify");
                    return thing.fingerprint;
                }

                @Override
                public Measurement write(String field, Measurement value) throws IOException {
                    return written(thing, field, value);
                }

                @Override
                public void close() {
                    thing.listeners.remove(listener);
                }
            };
        }
    }
}
