// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.AttestationMechanism.KeyList;
import io.postern.cloud.dps.AttestationMechanism.VendorChain;
import io.postern.cloud.dps.EnrollmentGroup;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.Operation;
import io.postern.cloud.dps.shipment.Provenance;
import io.postern.cloud.dps.shipment.ProvenancePolicy;
import io.postern.cloud.dps.shipment.TpmRecord;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.testkit.Swtpm;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import io.postern.wire.tpm.EndorsementKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The unmodified provisioning-device-client with the unmodified tpm-provider, over the
 * transports that have a challenge. The provider knows no other
 * TPM than {@code /dev/tpmrm0}, so the device runs in a JVM with a {@code /dev} of its own; that needs root.
 */
@Timeout(120)
class OfficialDpsTpmClientIT {
    private static final Path LAUNCHER = Path.of(
            System.getProperty("postern.root"), "bundles/io.postern.cloud.endpoint/src/test/resources/with-tpm.sh");

    private static final EnrollmentGroupId PALLET = EnrollmentGroupId.of("pallet");

    @TempDir(factory = TempDirFactory.Standard.class) // the device mounts a file system of its own over /dev
    Path directory;

    private DpsSite site;
    private Swtpm tpm;

    @BeforeEach
    void start() throws Exception {
        assumePrivateDevices();
        site = new DpsSite(directory);
        tpm = Swtpm.fresh(directory);
    }

    @AfterEach
    void stop() {
        if (tpm != null) {
            tpm.close();
        }
        if (site != null) {
            site.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTPS", "AMQPS", "AMQPS_WS"})
    @Tag("DPS-06")
    @Tag("DPS-10")
    @Tag("DPS-28")
    @Tag("HUB-07")
    void provesItselfWithItsTpmAndSignsItsHubTokensThere(String protocol) throws Exception {
        EndorsementKey key = standardEndorsementKey();
        site.enroll(IndividualEnrollment.of(key.registrationId(), new AttestationMechanism.Tpm(key, Optional.empty())));

        Map<String, String> first = runDevice(protocol);

        assertThat(first)
                .containsEntry("endorsementKey", key.tpm2bPublic().toBase64())
                .containsEntry("registrationId", key.registrationId().text())
                .containsEntry("status", "PROVISIONING_DEVICE_STATUS_ASSIGNED")
                .containsEntry("hub", site.names.hubHost())
                .containsEntry("deviceId", key.registrationId().text());
        DeviceIdentity identity = identity(first);
        assertAdmitted(first);

        tpm.tool("tpm2_flushcontext", "-l"); // the official provider leaves its policy sessions behind
        Map<String, String> second = runDevice(protocol);

        assertAdmitted(second);
        assertThat(identity(second).generationId()).isEqualTo(identity.generationId());
        assertThat(site.dps.meter().counts())
                .containsEntry(Operation.REGISTRATION, 1L)
                .containsEntry(Operation.RE_REGISTRATION, 1L);
    }

    /** Over HTTPS only: refused in the middle of SASL, this client waits for its challenge without end. */
    @Test
    @Tag("DPS-04")
    void isRefusedWithAnotherTpmThanTheEnrolledOne() throws Exception {
        EndorsementKey mine = standardEndorsementKey();
        try (Swtpm another = Swtpm.fresh(directory)) {
            site.enroll(IndividualEnrollment.of(
                    mine.registrationId(),
                    new AttestationMechanism.Tpm(standardEndorsementKey(another), Optional.empty())));
        }

        assertThat(output(false, "HTTPS")).contains("is not the one enrolled for " + mine.registrationId());
        assertThat(site.hub.identities().list(1)).isEmpty();
    }

    @Test
    @Tag("DEC-1")
    @Tag("DPS-06")
    void registersWithAShipmentItHasNeverHeardOf() throws Exception {
        EndorsementKey key = standardEndorsementKey();
        site.dps.groups().create(EnrollmentGroup.of(PALLET, new KeyList(ProvenancePolicy.ANY)));
        site.dps
                .shipments()
                .lists()
                .read(PALLET, "endorsementKeyHash,deviceId\n" + key.digest() + ",Pump-7\n", 2, "run");

        Map<String, String> said = runDevice("HTTPS");

        assertThat(said)
                .containsEntry("registrationId", key.registrationId().text())
                .containsEntry("status", "PROVISIONING_DEVICE_STATUS_ASSIGNED")
                .containsEntry("deviceId", "Pump-7");
        assertAdmitted(said);
        assertThat(site.dps
                        .shipments()
                        .records()
                        .find(key.registrationId())
                        .orElseThrow()
                        .provenance())
                .isEqualTo(Provenance.UNPROVEN);
    }

    @Test
    @Tag("DEC-1")
    @Tag("CEN-12")
    @Tag("DPS-29")
    void registersUnderItsVendorsCaUntilSoftwareIsRefused() throws Exception {
        Path ca = directory.resolve("vendor");
        tpm.close();
        tpm = Swtpm.certified(directory, ca);
        Path made = directory.resolve("made.pub");
        tpm.tool("tpm2_readpublic", "-c", "0x81010001", "-o", made.toString());
        EndorsementKey key = EndorsementKey.decode(Bytes.of(Files.readAllBytes(made)));
        Path certificate = directory.resolve("ek.der");
        tpm.tool("tpm2_nvread", "0x01c00002", "-o", certificate.toString());
        load("below", ca.resolve("issuercert.pem"));
        load("root", ca.resolve("swtpm-localca-rootca-cert.pem"));
        site.dps
                .groups()
                .create(EnrollmentGroup.of(PALLET, new VendorChain(List.of(new CaName("root")), ProvenancePolicy.ANY)));
        String payload = "{\"postern\":{\"endorsementKeyCertificate\":\""
                + Bytes.of(Files.readAllBytes(certificate)).toBase64() + "\"}}";

        Map<String, String> said = runDevice("HTTPS", payload);

        assertThat(said).containsEntry("status", "PROVISIONING_DEVICE_STATUS_ASSIGNED");
        TpmRecord record =
                site.dps.shipments().records().find(key.registrationId()).orElseThrow();
        assertThat(record.provenance()).isEqualTo(Provenance.SOFTWARE);
        assertThat(record.verdict().getString("vendorCa")).isEqualTo("below");
        assertThat(record.verdict().getString("model")).isEqualTo("swtpm");

        tpm.tool("tpm2_flushcontext", "-l"); // the official provider leaves its policy sessions behind
        site.dps.shipments().policy().set(new ProvenancePolicy(EnumSet.complementOf(EnumSet.of(Provenance.SOFTWARE))));

        assertThat(output(false, "HTTPS", payload)).contains("is software, and accepted are only");
    }

    private void load(String name, Path pem) throws IOException {
        site.dps
                .shipments()
                .vendors()
                .put(
                        new CaName(name),
                        new Authority(CertificateCodec.parse(Files.readString(pem))),
                        Provenance.GENUINE);
    }

    /** The key the gateway also uses; the official provider takes what it finds in this slot. */
    private EndorsementKey standardEndorsementKey() throws IOException {
        return standardEndorsementKey(tpm);
    }

    private EndorsementKey standardEndorsementKey(Swtpm of) throws IOException {
        Path file = directory.resolve("ek.pub");
        of.tool("tpm2_createek", "-G", "rsa", "-c", "0x81010001", "-u", file.toString());
        of.tool("tpm2_flushcontext", "-t");
        return EndorsementKey.decode(Bytes.of(Files.readAllBytes(file)));
    }

    private Map<String, String> runDevice(String protocol, String... payload) throws Exception {
        return output(true, protocol, payload)
                .lines()
                .filter(line -> line.startsWith("device: "))
                .map(line -> line.substring("device: ".length()).split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private String output(boolean good, String protocol, String... payload) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private", "sh"));
        command.addAll(List.of(LAUNCHER.toString(), tpm.host(), Integer.toString(tpm.port())));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djdk.net.hosts.file=" + System.getProperty("postern.test.hosts"),
                "-Djavax.net.ssl.trustStore=" + site.trustStore,
                "-Djavax.net.ssl.trustStorePassword=" + DpsSite.TRUST_PASSWORD,
                "-cp",
                System.getProperty("java.class.path"),
                OfficialTpmDevice.class.getName(),
                site.names.provisioningHost(),
                site.scope(),
                protocol));
        command.addAll(List.of(payload));
        Path log = directory.resolve("device.log");
        Process device = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(device.waitFor(60, TimeUnit.SECONDS))
                    .as("the device ends")
                    .isTrue();
        } finally {
            device.descendants().forEach(ProcessHandle::destroy);
            device.destroyForcibly();
        }
        String output = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(device.exitValue() == 0).as(output).isEqualTo(good);
        return output;
    }

    private DeviceIdentity identity(Map<String, String> said) {
        return site.hub.identities().find(DeviceId.of(said.get("deviceId"))).orElseThrow();
    }

    private void assertAdmitted(Map<String, String> said) {
        var token = new SasToken(
                said.get("sr"),
                Bytes.base64(said.get("signature")),
                Instant.ofEpochSecond(Long.parseLong(said.get("expiry"))),
                Optional.empty());
        assertThat(site.hub.gatekeeper().admitDevice(token, DeviceId.of(said.get("deviceId"))))
                .isInstanceOf(AccessDecision.Allowed.class);
    }

    private static void assumePrivateDevices() throws InterruptedException {
        try {
            Process probe = new ProcessBuilder(
                            "unshare", "--mount", "--propagation", "private", "sh", "-c", "mount -t tmpfs tmpfs /mnt")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Assumptions.assumeTrue(
                    probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0,
                    "a private /dev needs root (CAP_SYS_ADMIN)");
        } catch (IOException e) {
            Assumptions.abort("a private /dev needs unshare; on Debian: apt-get install util-linux");
        }
    }
}
