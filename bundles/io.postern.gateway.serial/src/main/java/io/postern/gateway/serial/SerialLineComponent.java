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
import org.osgi.service.component.annotations.Reference;

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

        /** An absolute path, usb:SERIAL, id:NAME, path:NAME or tcp://HOST:PORT. */
        String port() default "";

        /** Bits a second, 50 to 4000000. */
        int baud() default 9600;

        /** 5 to 8. */
        int dataBits() default 8;

        /** none, even or odd. */
        String parity() default "none";

        /** 1 or 2. */
        int stopBits() default 1;

        /** off, auto, rts-on-send or rts-after-send. */
        String rs485() default "off";

        /** From RTS to the first bit. */
        String rs485Before() default "0ms";

        /** From the last bit to the release of RTS. */
        String rs485After() default "0ms";

        /** Percent of the line's time that tasks without answers may cost together, 1 to 50. */
        int restingShare() default SerialSettings.USUAL_RESTING_SHARE;
    }

    private final PortDesk desk;
    private final SerialLine line;
    private final ServiceRegistration<Line> registration;

    @Activate
    public SerialLineComponent(BundleContext context, @Reference PortDeskComponent ports, Config config) {
        SerialSettings settings = SerialSettings.parse(config);
        desk = ports.desk();
        desk.name(config.name(), settings.port());
        line = SerialLine.start(config.name(), settings, each -> desk.open(config.name(), each));
        var properties = new Hashtable<String, Object>();
        properties.put("line.name", config.name());
        registration = context.registerService(Line.class, line, properties);
    }

    @Deactivate
    void close() {
        registration.unregister();
        line.close();
        desk.leave(line.name());
    }
}
