// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.factory.x509.AuthorityFolder;
import io.postern.factory.x509.CertificateMaker;
import io.postern.factory.x509.CommonName;
import io.postern.factory.x509.OrganizationName;
import io.postern.factory.x509.Pem;
import io.postern.factory.x509.SiteCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern factory ca}: a CA of the site's own (CEN-07). */
@Command(name = "ca", description = "Makes a CA of one's own, and proves to a cloud that one holds its key.")
final class AuthorityCommands {
    private static final String ROOT_YEARS = "25"; // longer than what it issues, so that nothing is cut short
    private static final String INTERMEDIATE_YEARS = "20"; // ten years of manufacture, then the last device's ten
    private static final int MOST_YEARS = 50; // a longer life is a slip of the finger
    private static final String PASSPHRASE = "--passphrase-file";

    private final Output output;
    private final Passphrase passphrase;
    private final CertificateMaker maker;
    private final SecureRandom random;

    AuthorityCommands(Output output, Passphrase passphrase, CertificateMaker maker, SecureRandom random) {
        this.output = output;
        this.passphrase = passphrase;
        this.maker = maker;
        this.random = random;
    }

    @Command(name = "init", description = "Makes a root CA. Keep it off the line; let an intermediate CA issue.")
    void init(
            @Option(names = "--name", paramLabel = "NAME", required = true, description = "Its common name (CN).")
                    String name,
            @Option(
                            names = "--organization",
                            paramLabel = "NAME",
                            description = "Whose it is (O); all certificates below it bear that too.")
                    Optional<String> organization,
            @Option(names = "--out", paramLabel = "DIR", required = true, description = "Gets ca.pem and ca.key.")
                    Path directory,
            @Option(
                            names = "--years",
                            paramLabel = "N",
                            defaultValue = ROOT_YEARS,
                            description = "Its life; default: 25.")
                    int years,
            @Option(
                            names = PASSPHRASE,
                            paramLabel = "FILE",
                            description = "Its first line seals ca.key; - is standard input. Else you are asked.")
                    Optional<Path> file)
            throws IOException, GeneralSecurityException {
        var folder = new AuthorityFolder(directory);
        folder.requireEmpty();
        var called = new CommonName(name);
        Optional<OrganizationName> owner = organization.map(OrganizationName::new);
        char[] seal = passphrase.chosenFor("the new CA", file, PASSPHRASE);
        made(folder, maker.root(called, owner, life(years)), seal);
    }

    @Command(name = "intermediate", description = "Makes a CA below another, to issue devices' certificates with.")
    void intermediate(
            @Option(names = "--under", paramLabel = "DIR", required = true, description = "The folder of the CA above.")
                    Path above,
            @Option(names = "--name", paramLabel = "NAME", required = true, description = "Its common name (CN).")
                    String name,
            @Option(names = "--out", paramLabel = "DIR", required = true, description = "Gets ca.pem and ca.key.")
                    Path directory,
            @Option(
                            names = "--years",
                            paramLabel = "N",
                            defaultValue = INTERMEDIATE_YEARS,
                            description = "Its life; default: 20, at most until the end of the CA above.")
                    int years,
            @Option(
                            names = "--under-passphrase-file",
                            paramLabel = "FILE",
                            description = "Its first line opens the CA above; - is standard input. Else you are asked.")
                    Optional<Path> aboveFile,
            @Option(
                            names = PASSPHRASE,
                            paramLabel = "FILE",
                            description = "Its first line seals ca.key; - is standard input. Else you are asked.")
                    Optional<Path> file)
            throws IOException, GeneralSecurityException {
        var folder = new AuthorityFolder(directory);
        folder.requireEmpty();
        var called = new CommonName(name);
        SiteCa opened = new AuthorityFolder(above)
                .open(passphrase.of("the CA in " + above, aboveFile, "--under-passphrase-file"));
        char[] seal = passphrase.chosenFor("the new CA", file, PASSPHRASE);
        made(folder, maker.intermediate(opened, called, life(years)), seal);
    }

    @Command(name = "prove", description = "Issues the certificate by which a cloud sees that you hold a CA's key.")
    void prove(
            @Option(names = "--ca", paramLabel = "DIR", required = true, description = "The folder of the CA.")
                    Path directory,
            @Option(
                            names = "--code",
                            paramLabel = "CODE",
                            required = true,
                            description = "The verification code the cloud gave: postern ctl ca code NAME")
                    String code,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            required = true,
                            description = "Gets the certificate; a new file.")
                    Path file,
            @Option(
                            names = PASSPHRASE,
                            paramLabel = "FILE",
                            description = "Its first line opens ca.key; - is standard input. Else you are asked.")
                    Optional<Path> passphraseFile)
            throws IOException, GeneralSecurityException {
        CommonName named = CommonName.ofDevice(code);
        SiteCa ca = new AuthorityFolder(directory)
                .open(passphrase.of("the CA in " + directory, passphraseFile, PASSPHRASE));
        String proof = Pem.certificates(List.of(maker.proof(ca, named)));
        Files.writeString(file, proof, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        output.out().println("Proof for 7 days: " + file);
        output.out().println("Next, as the operator:");
        output.out().println("  ./postern ctl ca verify NAME --proof " + file);
    }

    private void made(AuthorityFolder folder, SiteCa ca, char[] seal) throws IOException, GeneralSecurityException {
        folder.write(ca, seal, random);
        output.out()
                .println("CA: " + ca.certificate().getSubjectX500Principal() + ", until "
                        + ca.certificate().getNotAfter().toInstant());
        output.out().println("Certificate: " + folder.certificateFile());
        output.out().println("Next, before its devices can register, as the operator:");
        output.out().println("  ./postern ctl ca add NAME --file " + folder.certificateFile());
    }

    static Duration life(int years) {
        if (years < 1 || years > MOST_YEARS) {
            throw new IllegalArgumentException("--years is 1 to " + MOST_YEARS + ", not " + years);
        }
        return Duration.ofDays(Math.ceilDiv(years * 1461L, 4)); // 365.25 days each
    }
}
