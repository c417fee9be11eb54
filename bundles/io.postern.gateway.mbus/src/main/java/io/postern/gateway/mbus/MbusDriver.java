// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mbus;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.mbus.MbusMapping;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Understands meters whose template says {@code "driver": "mbus"}. */
@Component
public final class MbusDriver implements Driver {
    private final LongSupplier nanoTime;

    @Activate
    public MbusDriver() {
        this(System::nanoTime);
    }

    MbusDriver(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return "mbus";
    }

    /** @param address {@code primary:5}, or {@code secondary:06855817} with what is printed on the meter */
    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        return new MbusInstrument(MbusMapping.of(template), MbusAddress.parse(address), nanoTime);
    }
}
