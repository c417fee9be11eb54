// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.ActivationRefusedException;
import io.postern.gateway.spi.SecurityModule.ActivatedKey;
import io.postern.testkit.Swtpm;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.tpm.ActivationBlob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The security module against a software TPM, with blobs built from the specification. */
class TpmSecurityModuleIT {
    private static final byte[] MESSAGE = "hub.lab.test%2Fdevices%2Fgw-1\n1800000000".getBytes(UTF_8);

    @TempDir
    Path directory;

    private Swtpm swtpm;
    private TpmSecurityModule module;

    @BeforeEach
    void start() {
        swtpm = Swtpm.fresh(directory);
        module = TpmSecurityModule.at(swtpm.device());
    }

    @AfterEach
    void stop() {
        module.close();
        swtpm.close();
    }

    @Test
    @Tag("DPS-30")
    void theEndorsementKeyIsTheOneOtherToolsDerive() throws Exception {
        String file = directory.resolve("ek.pub").toString();
        swtpm.tool("tpm2_createek", "-c", directory.resolve("ek.ctx").toString(), "-G", "rsa", "-u", file, "-f", "tss");
        Bytes expected = Bytes.of(Files.readAllBytes(Path.of(file)));

        assertThat(module.attestation().endorsementKey().tpm2bPublic()).isEqualTo(expected);
    }

    @Test
    @Tag("DPS-30")
    void anotherTpmHasAnotherEndorsementKey() throws IOException {
        try (var other = Swtpm.fresh(directory);
                var otherModule = TpmSecurityModule.at(other.device())) {
            assertThat(otherModule.attestation().endorsementKey())
                    .isNotEqualTo(module.attestation().endorsementKey());
        }
    }

    @Test
    @Tag("DPS-10")
    void theRegistrationIdIsTheHashOfTheEndorsementKey() throws Exception {
        byte[] key = module.attestation().endorsementKey().tpm2bPublic().toArray();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
        Process base32 = new ProcessBuilder("base32", "-w0").start();
        try (var in = base32.getOutputStream()) {
            in.write(digest);
        }
        String expected = new String(base32.getInputStream().readAllBytes(), UTF_8)
                .replace("=", "")
                .toLowerCase(java.util.Locale.ROOT);

        assertThat(module.attestation().endorsementKey().registrationId().text())
                .isEqualTo(expected);
    }

    @Test
    void keysThatAreThereAreNotMadeAnew() throws IOException {
        var first = module.attestation();
        module.close();

        assertThat(TpmSecurityModule.at(swtpm.device()).attestation()).isEqualTo(first);
    }

    @Test
    @Tag("SYS-10")
    @Tag("DPS-06")
    void aKeyFromTheServiceSignsInsideTheTpmAndIsKept() throws IOException {
        var key = secret();

        try (ActivatedKey activated = module.activate(ChallengeBuilder.blob(module.attestation(), key))) {
            assertThat(activated.sign(MESSAGE)).isEqualTo(key.hmacSha256(MESSAGE));
            assertThat(module.hasIdentityKey()).isFalse();
            activated.keep();
        }

        assertThat(module.hasIdentityKey()).isTrue();
        assertThat(module.sign(MESSAGE)).isEqualTo(key.hmacSha256(MESSAGE));
    }

    @Test
    @Tag("SYS-10")
    void theKeptKeySurvivesARestartOfTheTpmUnderARunningGateway() throws IOException {
        var key = keepNewKey();

        swtpm.restart();

        assertThat(module.sign(MESSAGE)).isEqualTo(key.hmacSha256(MESSAGE));
    }

    @Test
    @Tag("SYS-10")
    void theKeptKeySurvivesAPowerCut() throws IOException {
        var key = keepNewKey();

        swtpm.powerCycle();

        assertThat(module.sign(MESSAGE)).isEqualTo(key.hmacSha256(MESSAGE));
    }

    @Test
    void aKeyThatWasOnlyLoadedSaysSoAfterAPowerCut() throws IOException {
        try (ActivatedKey activated = module.activate(ChallengeBuilder.blob(module.attestation(), secret()))) {
            swtpm.powerCycle();
            assertThatThrownBy(() -> activated.sign(MESSAGE)).isInstanceOf(IOException.class);
            assertThatThrownBy(activated::keep)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no longer loaded")
                    .hasMessageContaining("provision again");
        }
        assertThat(module.hasIdentityKey()).isFalse();
    }

    @Test
    void aNewHubKeyTakesThePlaceOfTheOld() throws IOException {
        keepNewKey();
        var second = keepNewKey();

        assertThat(module.sign(MESSAGE)).isEqualTo(second.hmacSha256(MESSAGE));
    }

    @Test
    @Tag("DPS-06")
    @Tag("DPS-30")
    @Tag("DPS-31")
    @Tag("DEC-9")
    void aBlobForAnotherTpmIsRefusedAndTheOldKeyStays() throws IOException {
        var key = keepNewKey();
        try (var other = Swtpm.fresh(directory);
                var otherModule = TpmSecurityModule.at(other.device())) {
            ActivationBlob foreign = ChallengeBuilder.blob(otherModule.attestation(), secret());
            // also with the right storage root key: the endorsement key alone decides
            ActivationBlob wrongEndorsementKey = ChallengeBuilder.blob(
                    otherModule.attestation().endorsementKey().key(),
                    module.attestation().storageRootKey(),
                    secret());
            ActivationBlob wrongRootKey = ChallengeBuilder.blob(
                    module.attestation().endorsementKey().key(),
                    otherModule.attestation().storageRootKey(),
                    secret());

            for (ActivationBlob blob : List.of(foreign, wrongEndorsementKey, wrongRootKey)) {
                assertThatThrownBy(() -> module.activate(blob)).isInstanceOf(ActivationRefusedException.class);
            }
        }
        assertThat(module.sign(MESSAGE)).isEqualTo(key.hmacSha256(MESSAGE));
    }

    @Test
    @Tag("DPS-06")
    void aBlobChangedInAnyPartIsRefused() throws IOException {
        ActivationBlob good = ChallengeBuilder.blob(module.attestation(), secret());

        for (ActivationBlob bad : alterations(good)) {
            assertThatThrownBy(() -> module.activate(bad).close())
                    .isInstanceOf(ActivationRefusedException.class)
                    .hasMessageContaining("made for another TPM, or altered");
        }
        module.activate(good).close();
    }

    @Test
    void whatSomebodyElseKeepsInTheHubKeySlotIsNotReplaced() throws IOException {
        String context = directory.resolve("foreign").toString();
        swtpm.tool("tpm2_createprimary", "-C", "o", "-G", "ecc", "-c", context);
        swtpm.tool("tpm2_evictcontrol", "-C", "o", "-c", context, "0x81000100");
        String before = swtpm.tool("tpm2_readpublic", "-c", "0x81000100");

        try (ActivatedKey activated = module.activate(ChallengeBuilder.blob(module.attestation(), secret()))) {
            assertThatThrownBy(activated::keep)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("0x81000100")
                    .hasMessageContaining("tpm2_evictcontrol");
        }
        assertThatThrownBy(module::hasIdentityKey).hasMessageContaining("holds something else");
        module.close();
        assertThat(swtpm.tool("tpm2_readpublic", "-c", "0x81000100")).isEqualTo(before);
    }

    @Test
    void anUnusableEndorsementKeyIsNamedAndLeftAlone() {
        String context = directory.resolve("foreign").toString();
        swtpm.tool("tpm2_createprimary", "-C", "e", "-G", "ecc", "-c", context);
        swtpm.tool("tpm2_evictcontrol", "-C", "o", "-c", context, "0x81010001");

        assertThatThrownBy(module::attestation)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0x81010001")
                .hasMessageContaining("endorsement key")
                .hasMessageContaining("does not replace it");
        module.close();
        assertThat(swtpm.tool("tpm2_getcap", "handles-persistent")).contains("0x81010001");
    }

    @Test
    void aTpmWhoseOwnerHasAPasswordSaysSo() {
        swtpm.tool("tpm2_changeauth", "-c", "o", "ownersecret");

        assertThatThrownBy(module::attestation)
                .isInstanceOf(TpmFaultException.class)
                .hasMessageContaining("TPM2_EvictControl")
                .hasMessageContaining("take the password off the owner and endorsement hierarchies");
        module.close();
        assertThat(swtpm.tool("tpm2_getcap", "handles-transient")).isBlank();
    }

    @Test
    void aMessageLongerThanTheTpmsBufferIsSignedInPieces() throws IOException {
        var key = keepNewKey();

        for (int length : new int[] {0, 1, 1023, 1024, 1025, 2048, 2049, 3000}) {
            byte[] message = new byte[length];
            new SecureRandom().nextBytes(message);
            assertThat(module.sign(message)).as("%d bytes", length).isEqualTo(key.hmacSha256(message));
        }
    }

    @Test
    void eightThreadsGetTheirOwnSignatures() throws Exception {
        var key = keepNewKey();
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            String prefix = "thread " + thread + ", message ";
            work.add(() -> {
                for (int i = 0; i < 50; i++) {
                    byte[] message = (prefix + i).repeat(i % 10 == 0 ? 200 : 1).getBytes(UTF_8);
                    if (!module.sign(message).equals(key.hmacSha256(message))) {
                        return false;
                    }
                }
                return true;
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> done : threads.invokeAll(work, 60, TimeUnit.SECONDS)) {
                assertThat(done.get()).isTrue();
            }
        }
    }

    @Test
    void fiftyActivationsGoodAndBadLeaveNothingLoaded() throws IOException {
        var keys = module.attestation();
        ActivationBlob bad = alterations(ChallengeBuilder.blob(keys, secret())).getFirst();

        for (int i = 0; i < 50; i++) {
            module.activate(ChallengeBuilder.blob(keys, secret())).close();
            assertThatThrownBy(() -> module.activate(bad)).isInstanceOf(ActivationRefusedException.class);
        }

        module.close();
        assertThat(swtpm.tool("tpm2_getcap", "handles-transient")).isBlank();
        assertThat(swtpm.tool("tpm2_getcap", "handles-loaded-session")).isBlank();
    }

    @Test
    void whatAKilledProcessLeftLoadedIsFlushedAtTheStart() throws IOException {
        for (int slot = 0; slot < 3; slot++) {
            var abandoned = TpmSecurityModule.at(swtpm.device());
            ActivationBlob blob = ChallengeBuilder.blob(abandoned.attestation(), secret());
            abandoned.activate(blob);
            abandoned.close(); // the key stays loaded: nobody closed it
        }

        assertThat(keepNewKey()).isNotNull();
    }

    @Test
    void nothingIsPrinted() throws IOException {
        PrintStream out = System.out;
        PrintStream err = System.err;
        var printed = new ByteArrayOutputStream();
        try (var capture = new PrintStream(printed, true, UTF_8)) {
            System.setOut(capture);
            System.setErr(capture);
            ActivationBlob bad = alterations(ChallengeBuilder.blob(module.attestation(), secret()))
                    .getFirst();
            assertThatThrownBy(() -> module.sign(MESSAGE)).hasMessageContaining("provision again");
            assertThatThrownBy(() -> module.activate(bad)).isInstanceOf(ActivationRefusedException.class);
            module.hasIdentityKey();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertThat(printed.toString(UTF_8)).doesNotContain("TPM ERROR").isEmpty();
    }

    /** Discrete chips take up to 0.6 s for a command, so their number is what a start costs. */
    @Test
    void theNumberOfCommandsIsBudgeted() throws IOException {
        module.attestation();
        assertThat(module.commands()).as("first start: leftovers 2, each key 4").isEqualTo(10);

        long before = module.commands();
        try (ActivatedKey nonceKey = module.activate(ChallengeBuilder.blob(module.attestation(), secret()))) {
            nonceKey.sign(MESSAGE);
        }
        try (ActivatedKey hubKey = module.activate(ChallengeBuilder.blob(module.attestation(), secret()))) {
            hubKey.keep();
        }
        module.sign(MESSAGE);
        assertThat(module.commands() - before)
                .as(
                        "provisioning: two activations of 6, two signatures, one keep, two flushes; the TPM asks for its first"
                                + " HMAC twice while it tests itself")
                .isBetween(17L, 18L);

        module.close();
        before = module.commands();
        module.attestation();
        module.hasIdentityKey();
        module.sign(MESSAGE);
        assertThat(module.commands() - before).as("every later start").isEqualTo(6);
    }

    private Secret keepNewKey() throws IOException {
        var key = secret();
        try (ActivatedKey activated = module.activate(ChallengeBuilder.blob(module.attestation(), key))) {
            activated.keep();
        }
        return key;
    }

    private static Secret secret() {
        return Secret.random(32, new SecureRandom());
    }

    /** One octet changed at the start, in the middle and at the end of each part that matters. */
    private static List<ActivationBlob> alterations(ActivationBlob good) {
        List<ActivationBlob> bad = new ArrayList<>();
        for (int part = 0; part < 5; part++) {
            for (double place : new double[] {0, 0.5, 1}) {
                Bytes[] parts = {
                    good.credential(),
                    good.credentialSecret(),
                    good.duplicate(),
                    good.duplicateSecret(),
                    good.keyPublic(),
                    good.deviceUri()
                };
                byte[] octets = parts[part].toArray();
                octets[(int) (place * (octets.length - 1))] ^= 1;
                parts[part] = Bytes.of(octets);
                bad.add(new ActivationBlob(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]));
            }
        }
        return bad;
    }
}
