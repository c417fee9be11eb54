// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.Reading;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.ReadingSink;
import io.postern.gateway.spi.StateStore;
import io.postern.sensor.Observation;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private final Instrument.Watch watch;

    @Activate
    public PinComponent(
            @Reference ReadingSink sink,
            @Reference LeafClaims claims,
            @Reference StateStore store,
            Config config,
            Map<String, Object> properties) {
        PinSettings settings = PinSettings.parse(
                config.leaf(), config.chip(), config.line(), config.provider(), config.period(), config.mockPeriod());
        claim = claims.claim(settings.leaf(), String.valueOf(properties.get("service.pid")));
        watch = PinDriverComponent.driver(store)
                .watch(settings.address(), PinSettings.MAP, settings.period(), new LeafListener(settings.leaf(), sink));
    }

    @Deactivate
    void close() {
        watch.close();
        claim.close();
    }

    /** Makes readings of what a pin shows. */
    private record LeafListener(DeviceId leaf, ReadingSink sink) implements Instrument.Listener {
        private static final Logger LOG = LoggerFactory.getLogger(PinComponent.class);

        @Override
        public void observed(Observation observation) {
            try {
                sink.accept(new Reading(
                        leaf, observation.taken().orElseGet(InstantSource.system()::instant), observation.values()));
            } catch (IOException | IllegalArgumentException e) {
                LOG.atWarn().addKeyValue("deviceId", leaf).setCause(e).log("reading was not accepted and is lost");
            }
        }

        @Override
        public void failed(IOException why) {
            LOG.atDebug().addKeyValue("deviceId", leaf).setCause(why).log("pin cannot be read");
        }
    }
}
