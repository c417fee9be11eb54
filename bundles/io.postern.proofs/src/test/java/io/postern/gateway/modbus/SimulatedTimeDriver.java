// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.modbus.RegisterMap;
import java.util.function.LongSupplier;

/** The Modbus driver by a clock that is given to it. */
public record SimulatedTimeDriver(LongSupplier nanoTime) implements Driver {
    @Override
    public String name() {
        return "modbus";
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        return new ModbusInstrument(UnitAddress.parse(address), RegisterMap.of(template), nanoTime);
    }
}
