// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.modbus.RegisterMap;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Modbus units on a line, by RTU, ASCII or TCP frames; addresses are {@code unit:7}. */
@Component
public final class ModbusDriver implements Driver {
    private final LongSupplier nanoTime;

    @Activate
    public ModbusDriver() {
        this(System::nanoTime);
    }

    ModbusDriver(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return "modbus";
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        return new ModbusInstrument(UnitAddress.parse(address), RegisterMap.of(template), nanoTime);
    }
}
