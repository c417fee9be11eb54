// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.onewire;

import io.postern.gateway.gpio.bus.BusOwners;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import java.io.IOException;

/** A thermometer on its bus. */
record OneWireWatch(BusOwners.Turn turn, Thermometer thermometer) implements Instrument.Watch {
    /** Needs no turn on the bus: who it is stands in the name of its directory. */
    @Override
    public Fingerprint identify() throws IOException {
        return thermometer.identify();
    }

    @Override
    public Measurement write(String field, Measurement value) {
        throw new IllegalArgumentException("\"" + field + "\" cannot be written: a thermometer only shows");
    }

    @Override
    public void close() {
        turn.close();
    }
}
