// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** The driver {@code mqtt} and its endpoint, where a site has configured them. */
@Component(
        service = Driver.class,
        immediate = true,
        configurationPid = "io.postern.gateway.ip",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MqttEndpointComponent implements Driver {
    @interface Config {
        /** The address of this machine that sensors reach. */
        String listen() default "127.0.0.1";

        int port() default 8883;

        /** The endpoint's certificate, then its issuers', PEM. */
        String certificateFile() default "";

        /** Its private key, PKCS #8 in PEM. */
        String keyFile() default "";

        /** Lines NAME SECRET. */
        String credentialsFile() default "";

        /** Without TLS: everybody on the wire reads the secrets. */
        boolean plain() default false;
    }

    private final Endpoint endpoint;
    private final MqttDriver driver;

    @Activate
    public MqttEndpointComponent(Config config) throws IOException {
        endpoint = new Endpoint(EndpointSettings.of(config));
        driver = new MqttDriver(endpoint);
        endpoint.start();
    }

    @Override
    public String name() {
        return driver.name();
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        return driver.instrument(template, address);
    }

    @Deactivate
    void close() {
        endpoint.close();
    }
}
