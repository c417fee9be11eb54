// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.ReadingSink;
import java.time.InstantSource;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** One leaf for each configuration {@code io.postern.gateway.gpio~<leaf>}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway.gpio",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class PinComponent {
    @interface Config {
        /** The device identity the readings are sent under. */
        String leaf() default "";

        /** The GPIO character device. */
        String chip() default "/dev/gpiochip0";

        /** The line's number on the chip. */
        int line() default -1;

        /** chardev, or mock for laboratories. */
        String provider() default "chardev";

        /** A reading is made on every change and at least this often. */
        String period() default "10s";

        /** For the provider mock: how often the pin changes by itself, 0s for never. */
        String mockPeriod() default "0s";
    }

    private final LeafClaims.Claim claim;
    private final PinSensor sensor;

    @Activate
    public PinComponent(
            @Reference ReadingSink sink, @Reference LeafClaims claims, Config config, Map<String, Object> properties) {
        PinSettings settings = PinSettings.parse(
                config.leaf(), config.chip(), config.line(), config.provider(), config.period(), config.mockPeriod());
        claim = claims.claim(settings.leaf(), String.valueOf(properties.get("service.pid")));
        sensor = PinSensor.start(settings, sink, InstantSource.system(), Pi4jPin::open);
    }

    @Deactivate
    void close() {
        sensor.close();
        claim.close();
    }
}
