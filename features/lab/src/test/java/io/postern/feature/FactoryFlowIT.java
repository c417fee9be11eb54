// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientStatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import io.postern.ctl.ServiceException;
import io.postern.lab.LabCloud;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.Swtpm;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Walks the page about the factory, section by section, and then lets the official client register with what came out.
 * Where this user may take the network away from a process, the factory's commands run without one.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FactoryFlowIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Path PAGE = ROOT.resolve("docs/operate/factory.md");
    private static final int PATIENCE = 60_000; // milliseconds; round trips and the pause the client makes between

    @TempDir
    private static Path directory;

    private LabCloud cloud;
    private TrustedRoot trust;
    private boolean canCutOff;

    @BeforeAll
    void bringUp() throws Exception {
        cloud = LabCloud.start(ROOT, directory, LoopbackAddress.random());
        trust = new TrustedRoot(cloud.connection().caFile().orElseThrow(), directory);
        canCutOff = new WorkFolder(ROOT, directory.resolve("probe"))
                        .type(List.of("unshare", "-n", "true"))
                        .exit()
                == 0;
        assumeTrue(
                cloud.connection().httpsPort() == 443, "official clients need port 443, which this user may not open");
    }

    @AfterAll
    void takeDown() {
        if (trust != null) {
            trust.close();
        }
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    @Tag("CEN-05")
    @Tag("CEN-08")
    @Tag("CEN-17")
    @Tag("CEN-21")
    void aDeviceRegistersWithTheKeyItWasGivenAtTheFactory() throws Exception {
        WorkFolder desk = desk("keyed");
        desk.write("ids.csv", "registrationId\nkeyed-1\nbad id\nkeyed-2\n");

        List<String> shown = walk(desk, "## Devices with a key", Optional.empty());

        assertThat(shown.getLast()).contains("ids.csv:3: a registration id is", "2 made, 0 made before, 1 refused.");
        assertAssigned(register(desk, "keys/keyed-1"), "keyed-1");
        assertAssigned(register(desk, "keys/keyed-2"), "keyed-2");
    }

    @Test
    @Tag("CEN-05")
    @Tag("CEN-07")
    @Tag("CEN-17")
    @Tag("CEN-20")
    @Tag("CEN-25")
    @Tag("HUB-19")
    void aDeviceRegistersWithACertificateOfTheBatch() throws Exception {
        WorkFolder desk = desk("certified");
        desk.write("ids.csv", "IOTC_DEVICEID,IOTC_DEVICENAME\ncertified-1,North\ncertified-2,South\n");

        List<String> shown = walk(desk, "## Devices with a certificate", Optional.empty());

        assertThat(shown.getLast()).contains("2 made, 0 made before, 0 refused.");
        assertThat(certificate(desk.file("certificates/certified-2/device.pem"))
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=certified-2,O=Example-AG");
        assertAssigned(register(desk, "certificates/certified-2"), "certified-2");
        cloud.operator().groups().delete("line-1");
        assertThatThrownBy(() -> register(desk, "certificates/certified-1"))
                .hasStackTraceContaining("issued by no CA of a group");
    }

    @Test
    @Tag("CEN-10")
    @Tag("HUB-20")
    void aDeviceRegistersWithTheCertificateItSignedItself() throws Exception {
        WorkFolder desk = desk("selfsigned");
        desk.write("ids.csv", "self-1\nself-2\n");

        List<String> shown = walk(desk, "## Devices that sign for themselves", Optional.empty());

        assertThat(shown.getLast()).contains("2 enrolled, 0 enrolled before and left as they are, 0 refused.");
        assertThatThrownBy(() -> cloud.operator().devices().find(DeviceId.of("self-1")))
                .as("bound at the factory, but in no registry yet")
                .isInstanceOf(ServiceException.class);
        assertAssigned(register(desk, "selfsigned/self-1"), "self-1");
        assertThat(thumbprint("self-1")).isEqualTo(sha256(desk.file("selfsigned/self-1/device.pem")));
        assertThat(walk(desk, "## Devices that sign for themselves", Optional.empty())
                        .getLast())
                .contains("0 enrolled, 2 enrolled before and left as they are, 0 refused.");
    }

    @Test
    @Tag("DPS-03")
    @Tag("DPS-10")
    @Tag("CEN-11")
    void aTpmReadAtTheFactoryIsEnrolledFromTheList() throws Exception {
        WorkFolder desk = desk("tpm");
        try (Swtpm tpm = Swtpm.fresh(directory)) {
            List<String> shown = walk(desk, "## Gateways with a TPM", Optional.of(tpm));

            assertThat(shown).anySatisfy(text -> assertThat(text).contains("1 rows, 1 added"));
            assertThat(shown.getLast()).contains("1 enrolled");
            RegistrationId id = RegistrationId.of(
                    Files.readAllLines(desk.file("shipment.csv")).getLast().replaceAll(",.*", ""));
            assertThat(Json.text(cloud.operator().enrollments().find(id), "deviceId"))
                    .contains("gw-1");
        }
    }

    private WorkFolder desk(String name) throws Exception {
        WorkFolder desk = new WorkFolder(ROOT, directory.resolve(name))
                .with("POSTERN_CLOUD", cloud.data().toString());
        desk.write("passphrase", "correct horse\n");
        return desk;
    }

    /** Types the commands of a section; what each of them showed. */
    private List<String> walk(WorkFolder desk, String heading, Optional<Swtpm> tpm) throws Exception {
        List<String> shown = new ArrayList<>();
        for (List<String> documented : DocumentedCommands.under(PAGE, heading)) {
            String before = shown.isEmpty() ? "" : shown.getLast().strip();
            List<String> command = new ArrayList<>(
                    isOfFactory(documented) && canCutOff && tpm.isEmpty()
                            ? List.of("unshare", "-n", "./postern")
                            : List.of("./postern"));
            documented.forEach(word -> command.add(filledIn(word, before, tpm)));
            command.addAll(passphrases(documented));
            WorkFolder.Shown answer = desk.type(command);
            boolean refusesSome = answer.exit() == 1 && answer.text().contains("made before, 1 refused");
            shown.add(refusesSome ? answer.text() : answer.must());
        }
        assertThat(shown).as(heading).isNotEmpty();
        return shown;
    }

    private String filledIn(String word, String before, Optional<Swtpm> tpm) {
        return switch (word) {
            case "CODE" -> before;
            case "0ne0012AB34" -> cloud.connection().idScope().orElseThrow();
            case "dev:/dev/tpmrm0" -> tpm.orElseThrow().device();
            default -> word;
        };
    }

    /** Nobody is there to be asked. */
    private static List<String> passphrases(List<String> command) {
        List<String> more = new ArrayList<>();
        if (isOfFactory(command) && (command.contains("ca") || command.contains("--ca"))) {
            more.addAll(List.of("--passphrase-file", "passphrase"));
        }
        if (command.contains("--under")) {
            more.addAll(List.of("--under-passphrase-file", "passphrase"));
        }
        return more;
    }

    private static boolean isOfFactory(List<String> command) {
        return command.getFirst().equals("factory");
    }

    /** What the hub knows the device by. */
    private String thumbprint(String device) throws ServiceException {
        return cloud.operator()
                .devices()
                .find(DeviceId.of(device))
                .getJsonObject("authentication")
                .getJsonObject("x509Thumbprint")
                .getString("primaryThumbprint");
    }

    private static String sha256(Path file) throws Exception {
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(certificate(file).getEncoded());
        return HexFormat.of().withUpperCase().formatHex(digest);
    }

    private static X509Certificate certificate(Path file) throws Exception {
        try (var octets = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(octets);
        }
    }

    private void assertAssigned(ProvisioningDeviceClientRegistrationResult result, String id) {
        assertThat(result.getProvisioningDeviceClientStatus())
                .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
        assertThat(result.getDeviceId()).isEqualTo(id);
        assertThat(result.getIothubUri()).isEqualTo(cloud.connection().hub().host());
    }

    private ProvisioningDeviceClientRegistrationResult register(WorkFolder desk, String folder) throws Exception {
        var identity = new FactoryIdentity(desk.file(folder));
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
                cloud.connection().provisioningHost().orElseThrow(),
                identity.idScope(),
                ProvisioningDeviceClientTransportProtocol.HTTPS,
                identity.security());
        try {
            return client.registerDeviceSync(PATIENCE);
        } finally {
            client.close();
        }
    }
}
