// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import java.util.Hashtable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/**
 * One line for each configuration {@code io.postern.gateway.serial~<line>}. The line is registered by hand because its
 * service property {@code line.name}, by which drivers choose it, comes from the setting {@code name}.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway.serial",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.postern.gateway.spi.Line\"")
public final class SerialLineComponent {
    @interface Config {
        /** How drivers call the line. */
        String name() default "main";

        /** The device; prefer the stable names below /dev/serial/by-id. */
        String port() default "";

        /** Bits a second, 50 to 4000000. */
        int baud() default 9600;

        /** 5 to 8. */
        int dataBits() default 8;

        /** none, even or odd. */
        String parity() default "none";

        /** 1 or 2. */
        int stopBits() default 1;
    }

    private final SerialLine line;
    private final ServiceRegistration<Line> registration;

    @Activate
    public SerialLineComponent(BundleContext context, Config config) {
        SerialSettings settings = SerialSettings.parse(
                config.port(), config.baud(), config.dataBits(), config.parity(), config.stopBits());
        line = SerialLine.open(config.name(), settings);
        var properties = new Hashtable<String, Object>();
        properties.put("line.name", config.name());
        registration = context.registerService(Line.class, line, properties);
    }

    @Deactivate
    void close() {
        registration.unregister();
        line.close();
    }
}
