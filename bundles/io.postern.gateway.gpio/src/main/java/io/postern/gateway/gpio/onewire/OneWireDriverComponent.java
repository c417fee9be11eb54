// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.onewire;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The driver {@code onewire} over the kernel's tree. */
@Component(service = Driver.class)
public final class OneWireDriverComponent implements Driver {
    private final OneWireDriver driver;

    @Activate
    public OneWireDriverComponent() {
        driver = new OneWireDriver(Path.of("/sys/bus/w1/devices"));
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
