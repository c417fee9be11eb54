// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.framed;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.framed.FramedMapping;
import io.postern.wire.Shown;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Understands instruments whose template says {@code "driver": "framed"}. */
@Component
public final class FramedDriver implements Driver {
    // spec: IEC 62056-21, 6.3.2: a device address has up to 32 characters; none that could end a question
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9 ._-]{0,32}");

    private final LongSupplier nanoTime;

    @Activate
    public FramedDriver() {
        this(System::nanoTime);
    }

    FramedDriver(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return "framed";
    }

    /** @param address put where the questions of the mapping have {@code {address}}; empty for an instrument alone on its line */
    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException(
                    "address: up to 32 letters, digits, blanks and . _ -, not \"" + Shown.of(address) + "\"");
        }
        return new FramedInstrument(FramedMapping.of(template), address, nanoTime);
    }
}
