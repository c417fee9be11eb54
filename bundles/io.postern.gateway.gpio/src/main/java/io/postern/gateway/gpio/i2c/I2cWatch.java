// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import io.postern.gateway.gpio.bus.BusOwners;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import java.io.IOException;
import java.time.Duration;

/** A chip on its bus. */
record I2cWatch(BusOwners.Turn turn, I2cChip chip) implements Instrument.Watch {
    private static final Duration PATIENCE = Duration.ofSeconds(5); // a round of a full bus is shorter

    @Override
    public Fingerprint identify() throws IOException, InterruptedException {
        return turn.once(PATIENCE, chip::identify);
    }

    @Override
    public Measurement write(String field, Measurement value) {
        throw new IllegalArgumentException("\"" + field + "\" cannot be written: templates of chips only read");
    }

    @Override
    public void close() {
        turn.close();
    }
}
