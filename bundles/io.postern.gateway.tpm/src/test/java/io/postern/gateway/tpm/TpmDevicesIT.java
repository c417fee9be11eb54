// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.SecurityModule.ActivatedKey;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.Swtpm;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to a TPM, good and bad: sockets, a device file, nothing there, an old one, one that lies. */
class TpmDevicesIT {
    private static final CommandChannel.Patience SHORT =
            new CommandChannel.Patience(Duration.ofMillis(200), Duration.ofMillis(200));
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Test
    @Tag("DPS-29")
    void aUnixSocketAndADeviceFileWorkAsATcpPortDoes() throws Exception {
        try (var swtpm = Swtpm.fresh(directory)) {
            Path socket = directory.resolve("tpm.sock");
            Path device = directory.resolve("tpm0");
            String tcp = "TCP:" + swtpm.host() + ":" + swtpm.port();
            signs(swtpm.device());
            bridged(socket, "unix:" + socket, "UNIX-LISTEN:" + socket, tcp);
            bridged(device, "dev:" + device, "PTY,raw,echo=0,link=" + device, tcp);
        }
    }

    @Test
    @Tag("DPS-29")
    void aTpm12IsRefusedInClearWords() throws IOException {
        String address = LoopbackAddress.random();
        Path state = Files.createDirectory(directory.resolve("tpm12"));
        Process old = new ProcessBuilder(
                        "swtpm",
                        "socket",
                        "--tpmstate",
                        "dir=" + state,
                        "--server",
                        "type=tcp,port=34560,bindaddr=" + address,
                        "--ctrl",
                        "type=tcp,port=34561,bindaddr=" + address,
                        "--flags",
                        "not-need-init,startup-clear")
                .redirectErrorStream(true)
                .redirectOutput(state.resolve("log").toFile())
                .start();
        try (var module = TpmSecurityModule.at("tcp:" + address + ":34560")) {
            IOException refusal = Await.value(
                    SOON, "the TPM 1.2 to listen", () -> failure(module), e -> !String.valueOf(e.getMessage())
                            .contains("no TPM listens"));
            assertThat(refusal).hasMessageContaining("TPM 1.2").hasMessageContaining("needs a TPM 2.0");
        } finally {
            old.destroy();
        }
    }

    @Test
    void noTpmIsToldWithWhatToLookAt() throws IOException {
        record Case(String device, String expected) {}
        for (Case each : List.of(
                new Case("dev:" + directory.resolve("tpmrm0"), "switch it on in the machine's firmware"),
                new Case("unix:" + directory.resolve("none.sock"), "is it running?"),
                new Case("tcp:" + LoopbackAddress.random() + ":1", "is it running?"))) {
            try (var module = TpmSecurityModule.at(each.device())) {
                assertThatThrownBy(module::attestation)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(
                                each.device().substring(each.device().indexOf(':') + 1))
                        .hasMessageContaining(each.expected());
            }
        }
    }

    @Test
    void anAddressThatIsNoneIsRefusedAtOnce() {
        for (String address : List.of("", "/dev/tpmrm0", "tcp:host", "tcp:host:99999", "usb:1", "dev:tpm", "unix:x")) {
            assertThatThrownBy(() -> TpmSecurityModule.at(address))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("dev:/dev/tpmrm0");
        }
        assertThat(DeviceAddress.parse("dev:/dev/tpmrm0").hasResourceManager()).isTrue();
        assertThat(DeviceAddress.parse("dev:/dev/tpm0").hasResourceManager()).isFalse();
    }

    @Test
    void aSilentTpmIsGivenUpAndTriedAnewNextTime() throws IOException {
        try (var silent = new ScriptedTpm();
                var module = module(silent)) {
            assertThatThrownBy(module::attestation)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no answer to TPM2_GetCapability");
            assertThatThrownBy(module::attestation).isInstanceOf(IOException.class);
            assertThat(silent.commands()).isEqualTo(2);
        }
    }

    @Test
    void anAnswerThatIsNotOfATpmIsNotBelieved() throws IOException {
        record Case(String response, String expected) {}
        for (Case each : List.of(
                new Case("80010000000900000000", "claims a length of 9 bytes"),
                new Case("80010000100100000000", "claims a length of 4097 bytes"),
                new Case("8001ffffffff00000000", "claims a length of -1 bytes"),
                new Case("80010000000a00000000ff", "1 bytes too many"),
                new Case("485454502f312e3120343030", "not a TPM"))) {
            try (var liar = new ScriptedTpm(each.response(), each.response());
                    var module = module(liar)) {
                assertThatThrownBy(module::attestation)
                        .as(each.response())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(each.expected());
            }
        }
    }

    @Test
    void aBusyTpmIsAskedAgainButNotForEver() throws IOException {
        String retry = "80010000000a00000922";
        String failure = "80010000000a00000101";
        try (var busy = new ScriptedTpm(retry, retry, retry, failure);
                var module = module(busy)) {
            assertThatThrownBy(module::attestation)
                    .isInstanceOf(TpmFaultException.class)
                    .hasMessageContaining("failure mode")
                    .extracting(e -> e instanceof TpmFaultException fault ? fault.responseCode() : 0)
                    .isEqualTo(0x101);
            assertThat(busy.commands()).isEqualTo(4);
        }
    }

    private void bridged(Path appears, String device, String... ends) throws Exception {
        Path log = directory.resolve("socat.log");
        Process bridge = new ProcessBuilder("socat", "-d", "-d", ends[0], ends[1])
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            // a socket has its file before it listens
            Await.value(
                    SOON,
                    "socat to make " + appears,
                    () -> Files.readString(log),
                    said -> Files.exists(appears) && (said.contains("listening on") || said.contains("PTY is")));
            signs(device);
        } finally {
            bridge.destroy();
            bridge.waitFor();
        }
    }

    private static void signs(String device) throws IOException {
        var key = Secret.random(32, new SecureRandom());
        byte[] message = new byte[2000];
        try (var module = TpmSecurityModule.at(device)) {
            try (ActivatedKey activated = module.activate(ChallengeBuilder.blob(module.attestation(), key))) {
                activated.keep();
            }
            assertThat(module.sign(message)).isEqualTo(key.hmacSha256(message));
        }
    }

    private static IOException failure(TpmSecurityModule module) {
        try {
            module.attestation();
            throw new AssertionError("a TPM 1.2 was taken for a 2.0");
        } catch (IOException e) {
            return e;
        }
    }

    private static TpmSecurityModule module(ScriptedTpm tpm) {
        return new TpmSecurityModule(new Chip(DeviceAddress.parse(tpm.device()), SHORT), new SecureRandom());
    }
}
