// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.Reading;
import io.postern.gateway.spi.ReadingCopy;
import io.postern.wire.Bytes;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** Copies readings to the plant's broker, where a site has configured one. */
@Component(
        service = ReadingCopy.class,
        immediate = true,
        configurationPid = "io.postern.gateway.plant",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class PlantComponent implements ReadingCopy {
    @interface Config {
        /** Such as mqtts://broker.plant.example:8883. */
        String broker() default "";

        String clientId() default "postern";

        String user() default "";

        /** One line. */
        String passwordFile() default "";

        /** Root certificates of the broker's, PEM. */
        String caFile() default "";

        String topic() default "plant/{leaf}";

        /** What {gateway} stands for. */
        String gateway() default "";

        int qos() default 1;

        boolean retain() default false;
    }

    private final PlantPublisher publisher;

    @Activate
    public PlantComponent(Config config) throws IOException {
        publisher = new PlantPublisher(PlantSettings.of(config));
        publisher.start();
    }

    @Override
    public void accepted(Reading reading, Bytes body) {
        publisher.accepted(reading, body);
    }

    @Deactivate
    void close() {
        publisher.close();
    }
}
