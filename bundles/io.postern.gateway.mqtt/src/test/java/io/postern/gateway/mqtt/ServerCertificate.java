// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate that is its own root, made by the JDK's keytool for one host name. */
final class ServerCertificate {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;
    private final KeyStore store;

    private ServerCertificate(Path directory, KeyStore store) {
        this.directory = directory;
        this.store = store;
    }

    static ServerCertificate make(Path directory, String host) throws Exception {
        Files.createDirectories(directory);
        Path file = directory.resolve("server.p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-alias",
                        "server",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString()))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new AssertionError("keytool failed: " + output);
        }
        var made = new ServerCertificate(directory, KeyStore.getInstance(file.toFile(), PASSWORD));
        made.writePem("CERTIFICATE", made.store.getCertificate("server").getEncoded(), made.certificate());
        made.writePem("PRIVATE KEY", made.store.getKey("server", PASSWORD).getEncoded(), made.key());
        return made;
    }

    Path certificate() {
        return directory.resolve("server.pem");
    }

    Path key() {
        return directory.resolve("server.key");
    }

    SSLContext serverContext() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void writePem(String kind, byte[] der, Path to) throws IOException {
        Files.writeString(
                to,
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                        + "-----\n");
    }
}
