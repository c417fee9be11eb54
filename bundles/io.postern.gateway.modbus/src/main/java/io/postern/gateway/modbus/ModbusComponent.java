// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.ReadingSink;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * One leaf for each configuration {@code io.postern.gateway.modbus~<leaf>}. Its line is chosen by
 * {@code line.target=(line.name=<line>)}; without one it is the line called main.
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

        /** The unit id, 1 to 247. */
        int unit() default 0;

        /** How often the unit is asked. */
        String period() default "1s";

        /** What to read: name=space:address:type[:scale]. */
        String[] registers() default {};

        /** How long the unit may take to begin its answer. */
        String timeout() default "500ms";

        /** Whether the line says back what is sent, as adapters do that do not gate their receiver. */
        boolean echo() default false;
    }

    private final LeafClaims.Claim claim;
    private final Line.Scheduled polling;

    @Activate
    public ModbusComponent(
            @Reference(name = "line") Line line,
            @Reference ReadingSink sink,
            @Reference LeafClaims claims,
            Config config,
            Map<String, Object> properties) {
        ModbusSettings settings = ModbusSettings.parse(
                config.leaf(),
                config.unit(),
                config.period(),
                config.timeout(),
                config.echo(),
                List.of(config.registers()));
        claim = claims.claim(settings.leaf(), String.valueOf(properties.get("service.pid")));
        polling = line.schedule(
                settings.leaf().text(),
                settings.period(),
                new ModbusSensor(settings, sink, InstantSource.system(), System::nanoTime));
    }

    @Deactivate
    void close() {
        polling.close();
        claim.close();
    }
}
