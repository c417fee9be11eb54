// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.factory.Workplace.Shown;
import io.postern.factory.x509.Pem;
import io.postern.wire.Json;
import io.postern.wire.csv.CsvTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CAs and the certificates they issue, looked at with the JDK's eyes and with openssl's. */
class CertificateCommandTest {
    private static final String CODE = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

    @TempDir
    private static Path site;

    @TempDir
    private Path directory;

    private Workplace workplace;
    private String line;

    /** Encrypting a CA's key takes time on purpose: once for all tests. */
    @BeforeAll
    static void makeACa() {
        new Workplace(site).lineCa();
    }

    @BeforeEach
    void bringTheCa() throws IOException {
        workplace = new Workplace(directory);
        line = workplace.path("line");
        for (String file : List.of("root/ca.pem", "line/ca.pem", "line/ca.key")) {
            Files.createDirectories(directory.resolve(file).getParent());
            Files.copy(site.resolve(file), directory.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    @Test
    @Tag("CEN-05")
    @Tag("CEN-20")
    @Tag("CEN-25")
    @Tag("DPS-31")
    void aBatchHasACertificateOfItsOwnForEachDevice() throws Exception {
        Shown shown = certs("--ids", workplace.file("ids", "Meter-1\nmeter-2\n"), "--id-scope", "0ne00000001");

        assertThat(shown.exit()).as(shown.err()).isZero();
        List<X509Certificate> chain = chain("meter-1");
        assertThat(chain).hasSize(2);
        assertThat(chain.getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=meter-1");
        assertThat(chain.getFirst().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(chain.getFirst().getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(3651)), Instant.now().plus(Duration.ofDays(3654)));
        assertThat(
                        openssl(
                                "openssl verify -x509_strict -CAfile root/ca.pem -untrusted line/ca.pem out/meter-2/device.pem"))
                .contains("OK");
        assertThat(openssl("openssl pkey -in out/meter-1/device.key -pubout"))
                .isEqualTo(openssl("openssl x509 -in out/meter-1/device.pem -noout -pubkey"));
        assertThat(permissions("out/meter-1/device.key")).isEqualTo("rw-------");
        assertThat(Json.parseObject(workplace.text("out/meter-1/device.json")).getString("keyFile"))
                .isEqualTo("device.key");
        assertThat(CsvTable.parse(workplace.text("out/devices.csv")).rows())
                .extracting(row -> row.require("registrationId"))
                .containsExactly("meter-1", "meter-2");
    }

    @Test
    @Tag("HUB-19")
    void theOrganizationOfTheRootStandsInEveryCertificateBelowIt() throws Exception {
        String own = workplace.path("own");
        Shown made = ca("Own", own, Workplace.PASSPHRASE, "--organization", "Müller & Söhne, Werk 2");
        assertThat(made.exit()).as(made.err()).isZero();
        line = own;

        assertThat(certs("meter-1").exit()).isZero();

        assertThat(openssl(
                        "openssl x509 -in out/meter-1/device.pem -noout -subject -issuer -nameopt utf8,sep_comma_plus"))
                .isEqualTo("subject=O=Müller & Söhne, Werk 2,CN=meter-1\nissuer=O=Müller & Söhne, Werk 2,CN=Own\n");
        assertThat(openssl("openssl verify -x509_strict -CAfile own/ca.pem out/meter-1/device.pem"))
                .contains("OK");
        assertThat(ca("New", workplace.path("new"), Workplace.PASSPHRASE, "--organization", "a=b")
                        .err())
                .contains("an organization is");
    }

    @Test
    void aCasKeyLiesEncryptedAndOpensWithItsPassphraseOnly() throws Exception {
        assertThat(permissions("line/ca.key")).isEqualTo("rw-------");
        assertThat(workplace.text("line/ca.key")).contains("BEGIN ENCRYPTED PRIVATE KEY");
        assertThat(openssl("openssl pkey -in line/ca.key -passin 'pass:" + Workplace.PASSPHRASE + "' -pubout"))
                .isEqualTo(openssl("openssl x509 -in line/ca.pem -noout -pubkey"));

        Shown wrong = workplace.runWithInput(
                "wrong horse\n",
                "certs",
                "--ca",
                line,
                "--passphrase-file",
                "-",
                "--out",
                workplace.path("out"),
                "meter-1");
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.err()).contains("the passphrase does not open");
        Shown nobody = workplace.run("certs", "--ca", line, "--out", workplace.path("out"), "meter-1");
        assertThat(nobody.err()).contains("no terminal to ask at: give --passphrase-file FILE");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void aCaIsNeverOverwrittenAndHasAUsablePassphrase() throws Exception {
        String before = workplace.text("line/ca.key");

        assertThat(ca("Other", line, Workplace.PASSPHRASE).err()).contains("never overwritten");
        assertThat(workplace.text("line/ca.key")).isEqualTo(before);
        assertThat(ca("Other", workplace.path("new"), "short").err()).contains("8 to 128 printable");
        assertThat(ca("Other\nName", workplace.path("new"), Workplace.PASSPHRASE)
                        .err())
                .contains("the name of a CA");
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void noCaStandsBelowOneThatIssuesToDevices() {
        Shown shown = workplace.runWithInput(
                Workplace.PASSPHRASE + "\n" + Workplace.PASSPHRASE + "\n",
                "ca",
                "intermediate",
                "--under",
                line,
                "--name",
                "Cell 1",
                "--out",
                workplace.path("cell"),
                "--under-passphrase-file",
                "-",
                "--passphrase-file",
                "-");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("path length 0");
    }

    @Test
    @Tag("CEN-07")
    void theProofNamesTheCodeAndIsSignedByTheCa() throws Exception {
        Shown shown = prove(CODE);

        assertThat(shown.exit()).as(shown.err()).isZero();
        X509Certificate proof =
                Pem.parseCertificates(workplace.text("proof.pem")).getFirst();
        assertThat(proof.getSubjectX500Principal().getName()).isEqualTo("CN=" + CODE);
        proof.verify(
                Pem.parseCertificates(workplace.text("line/ca.pem")).getFirst().getPublicKey());
        assertThat(prove(CODE).err()).contains("proof.pem is there already");
        assertThat(prove("not a code").err()).contains("letters, digits or hyphens");
    }

    @Test
    @Tag("CEN-10")
    void aSelfSignedCertificateNamesTheDeviceTwice() throws Exception {
        Shown shown = workplace.run("certs", "--self-signed", "--out", workplace.path("out"), "meter-1");

        assertThat(shown.exit()).as(shown.err()).isZero();
        X509Certificate own = chain("meter-1").getFirst();
        assertThat(own.getIssuerX500Principal().getName()).isEqualTo("CN=meter-1");
        assertThat(own.getSubjectX500Principal()).isEqualTo(own.getIssuerX500Principal());
        own.verify(own.getPublicKey());
        assertThat(CsvTable.parse(workplace.text("out/devices.csv"))
                        .rows()
                        .getFirst()
                        .require("certificate"))
                .isEqualTo(java.util.Base64.getEncoder().encodeToString(own.getEncoded()));
    }

    @Test
    void aDevicesOwnRequestIsSignedWithoutEverSeeingItsKey() throws Exception {
        openssl("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key"
                + " -subj /O=Wish/CN=Meter-9 -out own.csr");

        Shown shown = certs("--csr", workplace.path("own.csr"));

        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(chain("meter-9").getFirst().getSubjectX500Principal().getName())
                .isEqualTo("CN=meter-9");
        assertThat(openssl("openssl x509 -in out/meter-9/device.pem -noout -pubkey"))
                .isEqualTo(openssl("openssl pkey -in own.key -pubout"));
        assertThat(directory.resolve("out/meter-9/device.key")).doesNotExist();

        assertThat(certs("--csr", workplace.path("own.csr")).exit())
                .as("the same again")
                .isZero();
        openssl("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key"
                + " -subj /CN=meter-9 -out other.csr");
        Shown exchanged = certs("--csr", workplace.path("other.csr"));
        assertThat(exchanged.exit()).isOne();
        assertThat(exchanged.err()).contains("for another key than this request", "move the folder away");
    }

    @Test
    void aRequestThatCannotBeTrustedIsRefused() throws Exception {
        openssl("openssl req -new -newkey rsa:1024 -nodes -keyout weak.key -subj /CN=meter-9 -out weak.csr");
        assertThat(certs("--csr", workplace.path("weak.csr")).err()).contains("neither RSA of 2048");
        openssl("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key -subj /CN=a/CN=b"
                + " -out two.csr");
        assertThat(certs("--csr", workplace.path("two.csr")).err()).contains("has 2 common names");
        openssl("openssl req -new -key a.key -subj /CN=meter_9 -out named.csr");
        assertThat(certs("--csr", workplace.path("named.csr")).err()).contains("letters, digits or hyphens");
        openssl(
                "openssl req -new -key a.key -subj /CN=meter-9 -outform DER | head -c -8 > cut; printf '12345678' >> cut;"
                        + " (echo '-----BEGIN CERTIFICATE REQUEST-----'; base64 cut;"
                        + " echo '-----END CERTIFICATE REQUEST-----') > forged.csr");
        assertThat(certs("--csr", workplace.path("forged.csr")).err())
                .containsAnyOf("not signed", "no certificate request");
        assertThat(certs("--csr", workplace.file("empty.csr", "hello")).err())
                .contains("there is no CERTIFICATE REQUEST");
        assertThat(certs("--csr", workplace.path("named.csr"), "meter-1").err()).contains("names its device itself");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void aBatchIsContinuedAndWhatWasMadeIsLeftAsItIs() throws Exception {
        certs("meter-1", "meter-2");
        String before = workplace.text("out/meter-1/device.pem");
        workplace.file("out/meter-2/device.key", "written up to he");

        Shown shown = certs("meter-1", "meter-2", "meter-3", "meter_4");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.out()).contains("1 made, 1 made before, 2 refused.");
        assertThat(shown.err())
                .contains(
                        "meter-1: made before", "out/meter-2: its files were not written to the end", "\"meter_4\": ");
        assertThat(workplace.text("out/meter-1/device.pem")).isEqualTo(before);
        try (Stream<Path> files = Files.list(directory.resolve("out"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(".lock", "devices.csv", "meter-1", "meter-2", "meter-3");
        }
    }

    @Test
    void noLifeIsLongerThanReasonable() {
        assertThat(certs("--years", "51", "meter-1").err()).contains("1 to 50");
        assertThat(workplace.run("certs", "--out", "x", "meter-1").exit()).isEqualTo(2);
    }

    private Shown certs(String... more) {
        Stream<String> command = Stream.concat(
                Stream.of("certs", "--ca", line, "--passphrase-file", "-", "--out", workplace.path("out")),
                Stream.of(more));
        return workplace.runWithInput(Workplace.PASSPHRASE + "\n", command.toArray(String[]::new));
    }

    private Shown ca(String name, String out, String passphrase, String... more) {
        Stream<String> command = Stream.concat(
                Stream.of("ca", "init", "--name", name, "--out", out, "--passphrase-file", "-"), Stream.of(more));
        return workplace.runWithInput(passphrase + "\n", command.toArray(String[]::new));
    }

    private Shown prove(String code) {
        return workplace.runWithInput(
                Workplace.PASSPHRASE + "\n",
                "ca",
                "prove",
                "--ca",
                line,
                "--code",
                code,
                "--out",
                workplace.path("proof.pem"),
                "--passphrase-file",
                "-");
    }

    private List<X509Certificate> chain(String id) throws IOException {
        return Pem.parseCertificates(workplace.text("out/" + id + "/device.pem"));
    }

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }

    private String openssl(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command).isZero();
        return said;
    }
}
