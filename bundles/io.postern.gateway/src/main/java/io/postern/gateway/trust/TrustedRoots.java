// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.trust;

import io.postern.wire.trust.TrustBundle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The gateway's file of root certificates, and the key that may change it. Which bundle it came from stands in the file
 * itself, so that both change at once; a file a technician has put there counts as bundle 0.
 */
final class TrustedRoots {
    private static final Pattern VERSION = Pattern.compile("^# trust bundle (\\d{1,18})$");
    private static final int FIRST_LINES = 4; // where the version stands

    /** What became of a bundle. */
    sealed interface Installation {
        /** Its roots count from the next handshake on. */
        record Installed(TrustBundle bundle) implements Installation {}

        /** It, or a newer one, is installed already. */
        record NotNewer(long version, long installed) implements Installation {}

        /** Nothing has changed. */
        record Refused(String reason) implements Installation {}
    }

    /** What is done before roots are replaced. */
    @FunctionalInterface
    interface Preparation {
        void prepare(long version) throws IOException;
    }

    private final Path caFile;
    private final PublicKey signer;

    /** @param signer the only key whose word on roots counts */
    TrustedRoots(Path caFile, PublicKey signer) {
        this.caFile = caFile.toAbsolutePath();
        this.signer = signer;
    }

    /** @throws IOException naming the key trustSignerFile, the file, and what to do */
    static PublicKey signer(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey();
        } catch (CertificateException e) {
            throw new IOException(
                    "trustSignerFile: " + file
                            + " holds no certificate in PEM form; put the certificate there whose key"
                            + " signs trust bundles: the ca.pem of ./postern factory ca init",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    "trustSignerFile: cannot read " + file.toAbsolutePath() + ", the certificate whose key signs trust"
                            + " bundles (" + e + ")",
                    e);
        }
    }

    Path caFile() {
        return caFile;
    }

    /** Which bundle counts now; 0 for none. */
    long version() throws IOException {
        try (Stream<String> lines = Files.lines(caFile, StandardCharsets.ISO_8859_1)) {
            return lines.limit(FIRST_LINES)
                    .map(VERSION::matcher)
                    .filter(Matcher::matches)
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .findFirst()
                    .orElse(0);
        }
    }

    /** What stands in the file. */
    String text() throws IOException {
        return Files.readString(caFile, StandardCharsets.ISO_8859_1);
    }

    /** Puts back what {@link #text} gave. */
    void restore(String former) throws IOException {
        replace(former);
    }

    /**
     * @param floor a version that is not installed any more, nor any before it
     * @param before told of the version before the file is replaced
     * @throws IOException when the file of roots cannot be read or replaced
     */
    Installation install(String signed, long floor, Preparation before) throws IOException {
        TrustBundle bundle;
        try {
            bundle = TrustBundle.open(signed, signer);
        } catch (IllegalArgumentException e) {
            return new Installation.Refused(String.valueOf(e.getMessage()));
        }
        long installed = Math.max(version(), floor);
        if (bundle.version() <= installed) {
            return new Installation.NotNewer(bundle.version(), installed);
        }
        before.prepare(bundle.version());
        replace(text(bundle));
        return new Installation.Installed(bundle);
    }

    private static String text(TrustBundle bundle) throws IOException {
        var text = new StringBuilder("# trust bundle ")
                .append(bundle.version())
                .append("\n# The gateway installed it; the next one replaces this file.\n");
        try {
            for (X509Certificate root : bundle.roots()) {
                text.append("# ")
                        .append(root.getSubjectX500Principal())
                        .append(", until ")
                        .append(root.getNotAfter().toInstant())
                        .append("\n-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(root.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
        } catch (CertificateEncodingException e) {
            throw new IOException("a root of the bundle has no encoding", e);
        }
        return text.toString();
    }

    /** A power cut leaves the old file or the new one. */
    private void replace(String text) throws IOException {
        Path fresh = caFile.resolveSibling(caFile.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, caFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel directory = FileChannel.open(caFile.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw new IOException(
                    "cannot replace the root certificates in " + caFile + " (" + e
                            + "); let the gateway's user write to " + caFile.getParent()
                            + ", or keep caFile where it may",
                    e);
        }
    }
}
