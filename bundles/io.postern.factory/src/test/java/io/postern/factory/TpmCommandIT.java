// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.factory.Workplace.Shown;
import io.postern.factory.qr.QrReader;
import io.postern.testkit.Swtpm;
import io.postern.wire.Bytes;
import io.postern.wire.csv.CsvRow;
import io.postern.wire.csv.CsvTable;
import io.postern.wire.tpm.EndorsementKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TpmCommandIT {
    @TempDir
    private static Path directory;

    private final Workplace workplace = new Workplace(directory);

    @Test
    @Tag("DPS-03")
    @Tag("DPS-10")
    void aTpmIsReadShownAndListedOnce() throws Exception {
        String list = workplace.path("shipment.csv");
        try (Swtpm first = Swtpm.fresh(directory);
                Swtpm second = Swtpm.fresh(directory)) {
            Shown shown = workplace.run("tpm", "--tpm", first.device(), "--csv", list, "--device-id", "gw-1");
            assertThat(shown.exit()).as(shown.err()).isZero();
            assertThat(shown.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
            assertThat(shown.out()).contains("which now has 1 TPM.");

            EndorsementKey key = EndorsementKey.decode(Bytes.base64(QrReader.ofLines(code(shown.out()))));
            CsvRow row = rows(list).getFirst();
            assertThat(row.text("endorsementKey")).contains(key.tpm2bPublic().toBase64());
            assertThat(row.text("endorsementKeyHash")).contains(key.digest().toString());
            assertThat(row.text("registrationId")).contains(key.registrationId().text());
            assertThat(row.text("deviceId")).contains("gw-1");
            assertThat(shown.out())
                    .contains(key.registrationId().text(), key.digest().toString());

            Shown again =
                    workplace.run("tpm", "--tpm", first.device(), "--csv", list, "--device-id", "gw-1", "--no-qr");
            assertThat(again.out()).contains("Not added: this TPM stands in line 2");
            assertThat(again.exit()).isZero();
            Shown renamed = workplace.run("tpm", "--tpm", first.device(), "--csv", list, "--device-id", "gw-2");
            assertThat(renamed.exit()).isEqualTo(1);
            assertThat(renamed.err()).contains("stands in line 2", "as gw-1");
            Shown taken = workplace.run("tpm", "--tpm", second.device(), "--csv", list, "--device-id", "gw-1");
            assertThat(taken.exit()).isEqualTo(1);
            assertThat(taken.err()).contains("line 2", "gives the device id gw-1 to another TPM");
            assertThat(workplace
                            .run("tpm", "--tpm", second.device(), "--csv", list)
                            .exit())
                    .isZero();
            assertThat(rows(list)).hasSize(2);
        }
    }

    @Test
    void theMakersCertificateIsReadFromTheTpm() throws Exception {
        String list = workplace.path("certified.csv");
        try (Swtpm tpm = Swtpm.fresh(directory)) {
            workplace.run("tpm", "--tpm", tpm.device(), "--no-qr"); // makes the key
            Path certificate = certifyEndorsementKey(tpm);
            long size = Files.size(certificate);
            tpm.tool(
                    "tpm2_nvdefine",
                    "0x1c00002",
                    "-C",
                    "o",
                    "-s",
                    Long.toString(size + 100),
                    "-a",
                    "ownerread|ownerwrite|authread");
            tpm.tool("tpm2_nvwrite", "0x1c00002", "-C", "o", "-i", certificate.toString());

            Shown shown = workplace.run(
                    "tpm",
                    "--tpm",
                    tpm.device(),
                    "--csv",
                    list,
                    "--with-certificate",
                    "--image",
                    workplace.path("ek.svg"));

            assertThat(shown.exit()).as(shown.err()).isZero();
            assertThat(shown.out()).contains("in the TPM, " + size + " bytes");
            assertThat(rows(list).getFirst().text("endorsementKeyCertificate"))
                    .contains(Bytes.of(Files.readAllBytes(certificate)).toBase64());
            assertThat(workplace.text("ek.svg")).startsWith("<?xml").contains("<svg");
        }
    }

    @Test
    void aTpmWithoutACertificateIsListedWithoutOne() throws Exception {
        String list = workplace.path("bare.csv");
        try (Swtpm tpm = Swtpm.fresh(directory)) {
            Shown shown = workplace.run("tpm", "--tpm", tpm.device(), "--csv", list, "--with-certificate", "--no-qr");

            assertThat(shown.out()).contains("the TPM holds none");
            assertThat(rows(list).getFirst().text("endorsementKeyCertificate")).isEmpty();
        }
    }

    @Test
    void itSaysWhereItLookedWhenThereIsNoTpm() {
        Shown shown = workplace.run("tpm", "--tpm", "dev:/dev/no-such-tpm");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("/dev/no-such-tpm");
    }

    /** As a maker does: openssl signs a certificate for the public key that the TPM's tools export. */
    private static Path certifyEndorsementKey(Swtpm tpm) throws IOException, InterruptedException {
        Path key = directory.resolve("ek-public.pem");
        tpm.tool("tpm2_readpublic", "-c", "0x81010001", "-f", "pem", "-o", key.toString());
        Path certificate = directory.resolve("ek.der");
        Process openssl = new ProcessBuilder(
                        "sh",
                        "-c",
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=Maker' -keyout maker.key"
                                + " -out maker.pem && openssl req -new -key maker.key -subj '/CN=TPM' -out any.csr"
                                + " && openssl x509 -req -in any.csr -force_pubkey ek-public.pem -CA maker.pem"
                                + " -CAkey maker.key -CAcreateserial -outform DER -out ek.der")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
        return certificate;
    }

    private static List<String> code(String shown) {
        return shown.lines().filter(line -> line.matches("[ ▄▀█]{60,}")).toList();
    }

    private static List<CsvRow> rows(String list) throws IOException {
        return CsvTable.parse(Files.readString(Path.of(list))).rows();
    }
}
