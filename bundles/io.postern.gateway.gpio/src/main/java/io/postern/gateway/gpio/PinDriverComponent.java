// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.StateStore;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The driver {@code gpio} over the chips in {@code /dev}. */
@Component(service = Driver.class)
public final class PinDriverComponent implements Driver {
    private static final Path DEVICES = Path.of("/dev");

    private final PinDriver driver;

    @Activate
    public PinDriverComponent(@Reference StateStore store) {
        driver = new PinDriver(
                store,
                new PinWatch.Surroundings(
                        (address, map, listener) -> Pi4jPin.open(DEVICES, address, map, listener), System::nanoTime));
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
