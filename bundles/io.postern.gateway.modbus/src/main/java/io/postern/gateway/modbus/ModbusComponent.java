// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.ReadingSink;
import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import java.time.InstantSource;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * One leaf for each configuration {@code io.postern.gateway.modbus~<leaf>}. Its line is chosen by
 * {@code line.target=(line.name=<line>)}; {@code line} says the same in words and is checked against it.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway.modbus",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = "line.target=(line.name=main)")
public final class ModbusComponent {
    @interface Config {
        /** The device identity the readings are sent under. */
        String leaf() default "";

        String line() default "main";

        /** The unit id, 1 to 247. */
        int unit() default 0;

        String period() default "1s";

        /** Lines of the form name=space:address:type[:scale]. */
        String[] registers() default {};

        String timeout() default "500ms";

        boolean echo() default false;
    }

    private final Line.Scheduled polling;

    @Activate
    public ModbusComponent(@Reference(name = "line") Line line, @Reference ReadingSink sink, Config config) {
        if (!line.name().equals(config.line())) {
            throw new IllegalArgumentException(
                    "line: " + config.leaf() + " is on " + config.line() + " but line.target chose " + line.name()
                            + "; set line.target to (line.name=" + config.line() + ")");
        }
        var settings = new ModbusSettings(
                DeviceId.of(config.leaf()),
                config.unit(),
                DurationText.parse(config.period()),
                DurationText.parse(config.timeout()),
                config.echo(),
                SensorMap.parse(List.of(config.registers())));
        polling = line.schedule(
                settings.period(), new ModbusSensor(settings, sink, InstantSource.system(), System::nanoTime));
    }

    @Deactivate
    void close() {
        polling.close();
    }
}
