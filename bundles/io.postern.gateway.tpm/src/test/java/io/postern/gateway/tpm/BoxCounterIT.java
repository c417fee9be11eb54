// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.identity.BoxWitness;
import io.postern.gateway.spi.SecurityModule.BoxCount;
import io.postern.gateway.spi.StateStore;
import io.postern.testkit.Swtpm;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.box.BoxStatement;
import jakarta.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The counter in the TPM's own memory, and what is said with it. */
class BoxCounterIT {
    private static final HubName HUB = HubName.of("hub.plant.example");
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");

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
    void itCountsOnOverConnectionsAndResetsAndKnowsTheResets() throws Exception {
        BoxCount first = module.countOn().orElseThrow();
        assertThat(module.countOn().orElseThrow()).isEqualTo(new BoxCount(first.counter() + 1, first.resets()));
        module.close();
        swtpm.restart();

        BoxCount after = module.countOn().orElseThrow();

        assertThat(after.counter()).isEqualTo(first.counter() + 2);
        assertThat(after.resets()).isGreaterThan(first.resets());
        module.close();
        assertThat(swtpm.tool("tpm2_nvreadpublic", "0x1800101")).contains("nt=0x1");
    }

    @Test
    void aCounterThatWasTakenAwayBeginsAboveAllItEverShowed() throws Exception {
        BoxCount before = module.countOn().orElseThrow();
        module.close();
        swtpm.tool("tpm2_nvundefine", "-C", "o", "0x1800101");

        assertThat(module.countOn().orElseThrow().counter()).isGreaterThan(before.counter());
    }

    @Test
    @Tag("SEC-02")
    void twoTpmsUnderOneDiskAreTwoBoxesAndOnlyEachItselfCanSaySo() throws Exception {
        BoxStatement here = witness(module).statement(HUB, GATEWAY);
        try (Swtpm otherChip = Swtpm.fresh(Files.createDirectory(directory.resolve("other")));
                TpmSecurityModule other = TpmSecurityModule.at(otherChip.device())) {
            BoxStatement there = witness(other).statement(HUB, GATEWAY);

            assertThat(here.isSealedFor(HUB, GATEWAY)).isTrue();
            assertThat(there.isSealedFor(HUB, GATEWAY)).isTrue();
            assertThat(there.boxName()).isNotEqualTo(here.boxName());
            assertThat(new BoxStatement(here.counter() + 1, here.boots(), here.run(), here.seal())
                            .isSealedFor(HUB, GATEWAY))
                    .isFalse();
        }
    }

    private static BoxWitness witness(TpmSecurityModule module) {
        return new BoxWitness(Optional.of(module), new NoDisk(), new SplittableRandom(), System::nanoTime);
    }

    /** What the TPM counts needs no disk. */
    private static final class NoDisk implements StateStore {
        @Override
        public Optional<JsonObject> read(String name) {
            throw new AssertionError("looked for " + name + " on the disk");
        }

        @Override
        public void write(String name, JsonObject fact) {
            throw new AssertionError("wrote " + name + " to the disk");
        }

        @Override
        public void remove(String name) {
            throw new AssertionError("removed " + name + " from the disk");
        }
    }
}
