// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove;

import io.postern.ctl.TrustRoots;
import io.postern.lab.LabCloud;
import io.postern.lab.bench.provisioning.HttpsWire;
import io.postern.wire.Secret;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** One HTTPS connection to a host of the cloud side, with the owner's token of the hub unless another is given. */
public final class Rest implements AutoCloseable {
    private final LabCloud cloud;
    private final HttpsWire wire;

    private Rest(LabCloud cloud, HttpsWire wire) {
        this.cloud = cloud;
        this.wire = wire;
    }

    public static Rest open(LabCloud cloud, String host) throws IOException {
        var tls = TrustRoots.context(cloud.connection().caFile()).getSocketFactory();
        return new Rest(
                cloud,
                HttpsWire.open(
                        new HttpsWire.Target(cloud.address(), cloud.connection().httpsPort(), host, tls)));
    }

    public HttpsWire.Answer ask(String method, String path, String body) throws IOException {
        return ask(
                method,
                path,
                cloud.connection().hub().key("a proof").token(Instant.now()).text(),
                body);
    }

    public HttpsWire.Answer ask(String method, String path, Secret token, String body) throws IOException {
        return wire.exchange(method, path, Optional.of(token), body);
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
