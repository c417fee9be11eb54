// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.factory.x509.AuthorityFolder;
import io.postern.factory.x509.Pem;
import io.postern.factory.x509.SiteCa;
import io.postern.wire.trust.TrustBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern factory trust-bundle}: other root certificates for gateways in the field (HUB-22). */
@Command(
        name = "trust-bundle",
        description = {
            "Signs the root certificates by which gateways recognize their cloud from now on.",
            "Gateways take them from the CA whose ca.pem is their trustSignerFile."
        })
final class TrustBundleCommand implements Callable<Integer> {
    private static final String PASSPHRASE = "--passphrase-file";

    private final Output output;
    private final Passphrase passphrase;

    @Option(names = "--ca", paramLabel = "DIR", required = true, description = "The folder of the CA that signs.")
    private Path ca = Path.of("");

    @Option(
            names = "--version",
            paramLabel = "N",
            required = true,
            description = "1 for the first; each higher than all before.")
    private long version;

    @Option(
            names = "--root",
            paramLabel = "FILE",
            required = true,
            description = "All root certificates that count, PEM; may be given again.")
    private List<Path> roots = List.of();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "Gets the bundle; a new file.")
    private Path out = Path.of("");

    @Option(
            names = PASSPHRASE,
            paramLabel = "FILE",
            description = "Its first line opens ca.key; - is standard input. Else you are asked.")
    private Optional<Path> passphraseFile = Optional.empty();

    TrustBundleCommand(Output output, Passphrase passphrase) {
        this.output = output;
        this.passphrase = passphrase;
    }

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        List<X509Certificate> all = new ArrayList<>();
        for (Path file : roots) {
            all.addAll(Pem.parseCertificates(Files.readString(file)));
        }
        var bundle = new TrustBundle(version, all);
        SiteCa signer = new AuthorityFolder(ca).open(passphrase.of("the CA in " + ca, passphraseFile, PASSPHRASE));
        Files.writeString(
                out, bundle.sign(signer.key()) + "\n", StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        output.out().println("Trust bundle " + version + ": " + out);
        all.forEach(root -> output.out()
                .println("  " + root.getSubjectX500Principal() + ", until "
                        + root.getNotAfter().toInstant()));
        output.out().println("Next, as the operator:");
        output.out().println("  ./postern ctl trust publish " + out);
        output.out().println("or, at a gateway without an uplink, copy it beside caFile as ca.pem.bundle");
        return 0;
    }
}
