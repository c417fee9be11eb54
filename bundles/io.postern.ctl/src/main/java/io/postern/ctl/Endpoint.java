// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * Where a service is and whom we believe there.
 *
 * @param hostsFile and {@code caFile} are only spoken of in errors
 */
record Endpoint(String host, int port, SSLSocketFactory tls, Optional<Path> hostsFile, Optional<Path> caFile) {

    /** A connection whose socket its holder may cut from another thread; filled when the connection is made. */
    record Dialled(HttpsURLConnection connection, RememberingTls tls) {
        Socket socket() {
            return tls.plain();
        }
    }

    /** @param path starts with a slash, percent-encoded, may carry a query */
    HttpsURLConnection open(String path) throws IOException {
        String authority = port == 443 ? host : host + ":" + port;
        var connection = (HttpsURLConnection)
                URI.create("https://" + authority + path).toURL().openConnection();
        connection.setSSLSocketFactory(tls);
        return connection;
    }

    /** Like {@link #open}, on a socket of its own. */
    Dialled dial(String path) throws IOException {
        HttpsURLConnection connection = open(path);
        var remembering = new RememberingTls(tls);
        connection.setSSLSocketFactory(remembering);
        return new Dialled(connection, remembering);
    }

    ServiceException explain(String tried, IOException failure) {
        return ServiceException.unreachable(
                tried, Remedy.cause(failure, host, port), Remedy.forFailure(failure, host, hostsFile, caFile), failure);
    }
}
