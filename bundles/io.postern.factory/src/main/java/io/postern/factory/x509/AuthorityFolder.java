// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;

/** Where a CA is kept: {@code ca.pem}, its chain up to the root, for everybody; {@code ca.key}, sealed, for its owner. */
public final class AuthorityFolder {
    private static final String CERTIFICATES = "ca.pem";
    private static final String KEY = "ca.key";

    private final Path directory;

    public AuthorityFolder(Path directory) {
        this.directory = directory;
    }

    /** @throws IllegalArgumentException when there is a CA in it: its key would be lost */
    public void requireEmpty() {
        if (Files.exists(directory.resolve(KEY)) || Files.exists(directory.resolve(CERTIFICATES))) {
            throw new IllegalArgumentException(
                    "there is a CA in " + directory + " already; it is never overwritten, choose another --out");
        }
    }

    /** The certificate is written last: where it is, the key is too. */
    public void write(SiteCa ca, char[] passphrase, SecureRandom random) throws IOException, GeneralSecurityException {
        requireEmpty();
        String sealed = EncryptedKey.seal(ca.key(), passphrase, random);
        Files.createDirectories(directory, permissions("rwx------"));
        Files.writeString(Files.createFile(directory.resolve(KEY), permissions("rw-------")), sealed);
        Files.writeString(certificateFile(), Pem.certificates(ca.chain()));
    }

    public Path certificateFile() {
        return directory.resolve(CERTIFICATES);
    }

    /** @throws IOException when something is missing, does not fit together, or the passphrase is wrong */
    public SiteCa open(char[] passphrase) throws IOException, GeneralSecurityException {
        if (!Files.exists(directory.resolve(KEY)) || !Files.exists(certificateFile())) {
            throw new IOException("there is no CA in " + directory + ": it has no " + KEY + " and " + CERTIFICATES
                    + "; make one with: postern factory ca init");
        }
        PrivateKey key = EncryptedKey.open(Files.readString(directory.resolve(KEY)), passphrase)
                .orElseThrow(() ->
                        new IOException("the passphrase does not open " + directory.resolve(KEY) + "; try another"));
        List<X509Certificate> chain = Pem.parseCertificates(Files.readString(certificateFile()));
        return new SiteCa(key, chain);
    }

    private static FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }
}
