// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.mqtt;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.TrustRoots;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/** Where a broker listens for MQTT over TLS, and what it is called. */
public record Target(InetAddress address, int port, String host, SSLSocketFactory tls) {

    public static Target of(CloudConnection cloud) throws IOException {
        return of(cloud.hub().host(), cloud.mqttPort(), cloud.caFile());
    }

    /** @param caFile the root its certificate leads to */
    public static Target of(String host, int port, Optional<Path> caFile) throws IOException {
        return new Target(
                InetAddress.getByName(host),
                port,
                host,
                TrustRoots.context(caFile).getSocketFactory());
    }
}
