// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.tokens.TokenServices;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Starts the listener of a token service that runs alone, once that service is there. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.endpoint.tokens",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class TokenEndpointComponent {
    private static final String PID = "io.postern.cloud.endpoint.tokens: ";

    /** Settings of {@code io.postern.cloud.endpoint.tokens}. */
    @interface Config {
        /** The address to listen on; {@code 0.0.0.0} for all. */
        String listen() default "127.0.0.1";

        int httpsPort() default 443;

        /** The name served is {@code tokens.} of it. */
        String domain() default "postern.localhost";

        /** The data directory; gets {@code connection.json}, {@code hosts} and {@code tls/}. */
        String directory();

        /** PEM, the server's certificate and those that issued it; absent: one of a CA of its own. */
        String certificateFile() default "";

        /** PEM, its EC key in PKCS#8. */
        String keyFile() default "";
    }

    private final TokenEndpoint endpoint;

    @Activate
    public TokenEndpointComponent(Config config, @Reference TokenServices tokens) throws IOException {
        endpoint = TokenEndpoint.start(
                EndpointSettings.of(
                        config.listen(),
                        new EndpointPorts(config.httpsPort(), 0, 0),
                        config.domain(),
                        config.directory()),
                given(config.certificateFile(), config.keyFile()),
                tokens,
                InstantSource.system(),
                new SecureRandom());
    }

    private static Optional<TokenEndpoint.Given> given(String certificate, String key) {
        if (certificate.isBlank() != key.isBlank()) {
            throw new IllegalArgumentException(PID + "certificateFile and keyFile belong together; set both or none");
        }
        return certificate.isBlank()
                ? Optional.empty()
                : Optional.of(new TokenEndpoint.Given(Path.of(certificate), Path.of(key)));
    }

    @Deactivate
    void close() {
        endpoint.close();
    }
}
