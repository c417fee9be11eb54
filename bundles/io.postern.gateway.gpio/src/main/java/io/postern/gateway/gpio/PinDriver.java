// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.StateStore;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The driver {@code gpio}: one pin is one instrument. Closing ends every watch that is still there. */
final class PinDriver implements Driver, AutoCloseable {
    static final String NAME = "gpio";

    private final StateStore store;
    private final PinWatch.Surroundings here;
    private final Set<Instrument.Watch> watches = ConcurrentHashMap.newKeySet();

    PinDriver(StateStore store, PinWatch.Surroundings here) {
        this.store = store;
        this.here = here;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        PinMap map = PinMap.of(template);
        PinAddress.parse(address);
        return (Instrument.Watched) (period, listener) -> watch(address, map, period, listener);
    }

    Instrument.Watch watch(String address, PinMap map, Duration period, Instrument.Listener listener) {
        var memory = new PinMemory(store, "pin " + address, map.keep(), here.nanos());
        var watch = new Listed(PinWatch.start(address, map, period, listener, memory, here));
        watches.add(watch);
        return watch;
    }

    @Override
    public void close() {
        watches.forEach(Instrument.Watch::close);
    }

    private final class Listed implements Instrument.Watch {
        private final PinWatch watch;

        private Listed(PinWatch watch) {
            this.watch = watch;
        }

        @Override
        public Fingerprint identify() throws IOException {
            return watch.identify();
        }

        @Override
        public Measurement write(String field, Measurement value) throws IOException {
            return watch.write(field, value);
        }

        @Override
        public void close() {
            watch.close();
            watches.remove(this);
        }
    }
}
