// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.factory.DeviceCertificates.Issued;
import io.postern.factory.DeviceCertificates.Issuer;
import io.postern.factory.x509.AuthorityFolder;
import io.postern.factory.x509.CertificateMaker;
import io.postern.factory.x509.CommonName;
import io.postern.factory.x509.SigningRequest;
import io.postern.factory.x509.SiteCa;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern factory certs}: certificates of devices, in batches (CEN-10, CEN-20, CEN-25). */
@Command(
        name = "certs",
        description = {
            "Issues devices' certificates; the common name (CN) is the registration id.",
            "A folder of a device holds device.pem, device.key and device.json."
        })
final class CertificateCommand implements Callable<Integer> {
    private final Output output;
    private final Inputs inputs;
    private final CertificateMaker maker;

    @Mixin
    private BatchOptions options = new BatchOptions();

    @ArgGroup(multiplicity = "1")
    private By by = new By();

    /** Exactly one of the ways a certificate comes to be. */
    static final class By {
        @Option(names = "--ca", paramLabel = "DIR", required = true, description = "The folder of the CA that issues.")
        private Optional<Path> ca = Optional.empty();

        @Option(
                names = "--self-signed",
                required = true,
                description = "Each device signs its own; it is enrolled by that certificate.")
        private boolean self;
    }

    @Option(
            names = "--csr",
            paramLabel = "FILE",
            description = "Sign this request (PKCS#10, PEM) of a device that keeps its key, for example in its TPM.")
    private Optional<Path> request = Optional.empty();

    @Option(
            names = "--years",
            paramLabel = "N",
            defaultValue = "10",
            description = "Their life; default: 10, at most until the end of the CA.")
    private int years; // the default is a device's own: none renews its certificate by itself

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "Its first line opens ca.key; - is standard input. Else you are asked.")
    private Optional<Path> passphraseFile = Optional.empty();

    CertificateCommand(Output output, Inputs inputs, CertificateMaker maker) {
        this.output = output;
        this.inputs = inputs;
        this.maker = maker;
    }

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        Duration life = AuthorityCommands.life(years);
        if (request.isPresent()) {
            if (options.nameDevices() || by.self) {
                throw new IllegalArgumentException("a request (--csr) names its device itself and is signed with --ca");
            }
            return sign(SigningRequest.parse(inputs.text(request.get())), life);
        }
        Issuer issuer = by.self ? name -> selfSigned(name, life) : issuer(open(), life);
        IdList ids = options.ids(inputs, DeviceCertificates::rule);
        return run(ids, issuer, Optional.empty());
    }

    private int sign(SigningRequest asked, Duration life) throws IOException, GeneralSecurityException {
        SiteCa ca = open();
        IdList one = IdList.ofArguments(List.of(asked.name().text()), DeviceCertificates::rule);
        return run(
                one,
                name -> new Issued(chain(ca, name, asked.key(), life), Optional.empty()),
                Optional.of(asked.key()));
    }

    /** @param asked the key that a request is for */
    private int run(IdList ids, Issuer issuer, Optional<PublicKey> asked) throws IOException {
        try (DeviceFolders folders = options.folders()) {
            return new Batch(folders, new DeviceCertificates(issuer, folders, options, asked), output).run(ids);
        }
    }

    private Issuer issuer(SiteCa ca, Duration life) {
        return name -> {
            KeyPair pair = maker.keyPair();
            return new Issued(chain(ca, name, pair.getPublic(), life), Optional.of(pair.getPrivate()));
        };
    }

    private Issued selfSigned(CommonName name, Duration life) throws GeneralSecurityException {
        KeyPair pair = maker.keyPair();
        return new Issued(List.of(maker.selfSigned(pair, name, life)), Optional.of(pair.getPrivate()));
    }

    /** With the CAs between device and root; who checks it has the root. */
    private List<X509Certificate> chain(SiteCa ca, CommonName name, PublicKey key, Duration life)
            throws GeneralSecurityException {
        List<X509Certificate> above = ca.chain();
        return Stream.concat(
                        Stream.of(maker.device(ca, name, key, life)),
                        above.stream().limit(Math.max(1, above.size() - 1)))
                .toList();
    }

    private SiteCa open() throws IOException, GeneralSecurityException {
        Path directory =
                by.ca.orElseThrow(() -> new IllegalArgumentException("--csr needs --ca, the CA that signs it"));
        return new AuthorityFolder(directory)
                .open(new Passphrase(inputs).of("the CA in " + directory, passphraseFile, "--passphrase-file"));
    }
}
