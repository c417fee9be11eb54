// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import io.postern.gateway.gpio.bus.BusOwners;
import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.i2c.I2cMap;
import io.postern.wire.Shown;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The driver {@code i2c}: one chip of a bus is one instrument. Closing ends every watch that is still there. */
final class I2cDriver implements Driver, AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("(?:/dev/)?(i2c-[0-9]{1,4}):0x([0-9a-fA-F]{2})");
    private static final int FIRST = 0x08; // below and above are reserved: UM10204, table 4
    private static final int LAST = 0x77;

    private final I2cBus.Opener opener;
    private final BusOwners owners = new BusOwners();

    I2cDriver(I2cBus.Opener opener) {
        this.opener = opener;
    }

    @Override
    public String name() {
        return "i2c";
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        I2cMap map = I2cMap.of(template);
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            throw new IllegalArgumentException("address: i2c-1:0x48, not \"" + Shown.of(address) + "\"");
        }
        int chip = Integer.parseInt(parts.group(2), 16);
        if (chip < FIRST || chip > LAST) {
            throw new IllegalArgumentException("address: chips have 0x08 to 0x77, not 0x" + parts.group(2));
        }
        String bus = parts.group(1);
        return (Instrument.Watched) (Duration period, Instrument.Listener listener) -> {
            var reader = new I2cChip(opener, bus, chip, map);
            return new I2cWatch(owners.join(bus, address, period, reader, listener), reader);
        };
    }

    @Override
    public void close() {
        owners.close();
    }
}
