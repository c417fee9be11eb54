// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.factory.x509.CommonName;
import io.postern.factory.x509.Pem;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** A device's certificate with its chain, and its key unless that lies in the device (CEN-20, CEN-25). */
final class DeviceCertificates implements Batch.Maker {
    static final String KEY = "device.key";

    private static final String CHAIN = "device.pem";
    private static final String CONFIGURATION = "device.json";

    /** @param key empty when the device made it and keeps it */
    record Issued(List<X509Certificate> chain, Optional<PrivateKey> key) {
        Issued {
            chain = List.copyOf(chain);
        }

        @Override
        public String toString() {
            return "Issued[" + chain.getFirst().getSubjectX500Principal() + "]";
        }
    }

    interface Issuer {
        Issued issue(CommonName name) throws GeneralSecurityException;
    }

    private final Issuer issuer;
    private final DeviceFolders folders;
    private final BatchOptions options;
    private final Optional<PublicKey> asked;

    /** @param asked the key that the certificate must be for, when its device made it */
    DeviceCertificates(Issuer issuer, DeviceFolders folders, BatchOptions options, Optional<PublicKey> asked) {
        this.issuer = issuer;
        this.folders = folders;
        this.options = options;
        this.asked = asked;
    }

    /** Which ids a certificate can name. */
    static RegistrationId rule(RegistrationId id) {
        CommonName.ofDevice(id.text());
        return id;
    }

    @Override
    public List<DeviceFile> make(RegistrationId id) throws IOException {
        Issued issued;
        try {
            issued = issuer.issue(CommonName.ofDevice(id.text()));
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate of " + id + " cannot be made: " + e.getMessage(), e);
        }
        var configuration = options.configuration(id, issued.key().isPresent() ? "x509-file" : "x509-tpm")
                .add("certificateFile", CHAIN);
        List<DeviceFile> files = new ArrayList<>();
        issued.key().ifPresent(key -> {
            configuration.add("keyFile", KEY);
            files.add(DeviceFile.secret(KEY, Pem.key(key)));
        });
        files.add(DeviceFile.open(CHAIN, Pem.certificates(issued.chain())));
        files.add(DeviceFile.open(CONFIGURATION, Json.pretty(configuration.build()) + "\n"));
        return files;
    }

    @Override
    public Optional<String> flaw(RegistrationId id) throws IOException {
        Path folder = folders.of(id);
        if (!Files.exists(folder.resolve(CHAIN))) {
            return Optional.of("this folder holds something else than a certificate; choose another --out");
        }
        Path key = folder.resolve(KEY);
        boolean cut = Files.exists(key) && !Files.readString(key).endsWith(Pem.END_OF_KEY);
        Optional<X509Certificate> made = certificate(id).filter(found -> names(found, id));
        if (cut || made.isEmpty()) {
            return Optional.of("its files were not written to the end; remove the folder and start again");
        }
        if (asked.isPresent() && !asked.get().equals(made.get().getPublicKey())) {
            return Optional.of("its certificate is for another key than this request; when its TPM was exchanged,"
                    + " move the folder away and start again");
        }
        return options.flaw(folder.resolve(CONFIGURATION));
    }

    @Override
    public List<String> headings() {
        return List.of("registrationId", "certificate");
    }

    @Override
    public List<String> row(RegistrationId id) throws IOException {
        return List.of(
                id.text(), certificate(id).map(DeviceCertificates::base64).orElse(""));
    }

    /** The device's own; empty when there is none or it cannot be read. */
    private Optional<X509Certificate> certificate(RegistrationId id) throws IOException {
        try {
            Path file = folders.of(id).resolve(CHAIN);
            return Files.exists(file)
                    ? Optional.of(Pem.parseCertificates(Files.readString(file)).getFirst())
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean names(X509Certificate certificate, RegistrationId id) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .anyMatch(part -> part.getValue().toString().equalsIgnoreCase(id.text()));
        } catch (InvalidNameException e) {
            return false;
        }
    }

    private static String base64(X509Certificate certificate) {
        try {
            return Bytes.of(certificate.getEncoded()).toBase64();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate has no encoding", e);
        }
    }
}
