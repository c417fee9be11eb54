// SPDX-License-Identifier: Apache-2.0
package org.example.sdi12;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The driver {@code sdi12}: sensors that speak SDI-12 1.4, behind an adapter that makes the break. */
@Component(service = Driver.class)
public final class Sdi12Driver implements Driver {
    @Activate
    public Sdi12Driver() {}

    @Override
    public String name() {
        return "sdi12";
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        if (!address.matches("[0-9A-Za-z]")) {
            throw new IllegalArgumentException("address: one digit or letter, not \"" + address + "\"");
        }
        return new Sdi12Instrument(address, Sdi12Mapping.of(template));
    }
}
