// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;

/**
 * Understands the instruments of one kind. Registered as a service; templates choose it by {@link #name}. Drivers come and
 * go while the gateway runs: when one goes, the leaves that use it wait for it.
 */
public interface Driver {
    /** As templates say it in {@code driver}, such as {@code modbus}. */
    String name();

    /**
     * The instrument at {@code address}, not spoken to yet.
     *
     * @param address as the leaf's configuration says it; what it looks like is the driver's affair
     * @throws TemplateException when the mapping cannot be used, with file and line
     * @throws IllegalArgumentException beginning with {@code address: } when the address cannot be
     */
    Instrument instrument(Template template, String address) throws TemplateException;
}
