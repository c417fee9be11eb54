// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The driver {@code i2c} over the buses in {@code /dev}. */
@Component(service = Driver.class)
public final class I2cDriverComponent implements Driver {
    private final I2cDriver driver;

    @Activate
    public I2cDriverComponent() {
        driver = new I2cDriver(bus -> KernelBus.open(Path.of("/dev"), bus));
    }

    @Override
    public String name() {
        return driver.name();
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        return driver.instrument(template, address);
    }

    @Deactivate
    void close() {
        driver.close();
    }
}
