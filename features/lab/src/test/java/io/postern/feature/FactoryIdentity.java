// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProvider;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderX509;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** A device's folder, as somebody else's device would use it: only by what its {@code device.json} says. */
final class FactoryIdentity {
    private final Path folder;
    private final JsonObject configuration;

    FactoryIdentity(Path folder) throws IOException {
        this.folder = folder;
        this.configuration = Json.parseObject(Files.readString(folder.resolve("device.json")));
    }

    String idScope() {
        return configuration.getString("idScope");
    }

    String registrationId() {
        return configuration.getString("registrationId");
    }

    /** For the official client. */
    SecurityProvider security() throws IOException, GeneralSecurityException {
        return switch (configuration.getString("identity")) {
            case "symmetric-key" ->
                new SecurityProviderSymmetricKey(
                        text("keyFile").strip().getBytes(StandardCharsets.UTF_8), registrationId());
            case "x509-file" -> new Certified(registrationId(), key(), chain());
            default -> throw new AssertionError("an identity of another kind: " + configuration);
        };
    }

    private Key key() throws IOException, GeneralSecurityException {
        String pem = text("keyFile").replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    private List<X509Certificate> chain() throws IOException, GeneralSecurityException {
        var octets = new ByteArrayInputStream(text("certificateFile").getBytes(StandardCharsets.US_ASCII));
        return CertificateFactory.getInstance("X.509").generateCertificates(octets).stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private String text(String member) throws IOException {
        return Files.readString(folder.resolve(configuration.getString(member)));
    }

    private static final class Certified extends SecurityProviderX509 {
        private final String name;
        private final Key key;
        private final List<X509Certificate> chain;

        Certified(String name, Key key, List<X509Certificate> chain) {
            this.name = name;
            this.key = key;
            this.chain = chain;
        }

        @Override
        public String getClientCertificateCommonName() {
            return name;
        }

        @Override
        public X509Certificate getClientCertificate() {
            return chain.getFirst();
        }

        @Override
        public Key getClientPrivateKey() {
            return key;
        }

        @Override
        public Collection<X509Certificate> getIntermediateCertificatesChain() {
            return chain.subList(1, chain.size());
        }
    }
}
