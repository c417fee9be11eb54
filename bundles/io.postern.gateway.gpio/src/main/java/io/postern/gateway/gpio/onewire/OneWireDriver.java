// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.onewire;

import io.postern.gateway.gpio.bus.BusOwners;
import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.onewire.OneWireMap;
import io.postern.wire.Shown;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The driver {@code onewire}: one thermometer is one instrument. They are read one after another by one thread, as a
 * conversion takes 750 ms and occupies the bus. Closing ends every watch that is still there.
 */
final class OneWireDriver implements Driver, AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{12}");
    private static final String BUS = "w1";

    private final Path devices;
    private final BusOwners owners = new BusOwners();

    /** @param devices {@code /sys/bus/w1/devices} */
    OneWireDriver(Path devices) {
        this.devices = devices;
    }

    @Override
    public String name() {
        return "onewire";
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        OneWireMap map = OneWireMap.of(template);
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException(
                    "address: the ROM id as the kernel shows it, 28-0316a2791234, not \"" + Shown.of(address) + "\"");
        }
        if (!address.startsWith(map.family() + "-")) {
            throw new IllegalArgumentException(
                    "address: the template is for family " + map.family() + ", and " + address + " is of another");
        }
        return (Instrument.Watched) (Duration period, Instrument.Listener listener) -> {
            var reader = new Thermometer(devices, address, map);
            return new OneWireWatch(owners.join(BUS, address, period, reader, listener), reader);
        };
    }

    @Override
    public void close() {
        owners.close();
    }
}
