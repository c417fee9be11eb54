// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.factory.ShipmentFile.Outcome;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.tpm.EndorsementKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShipmentFileTest {
    private static final TpmIdentity TPM =
            new TpmIdentity(EndorsementKey.decode(Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex"))), Optional.empty());

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("shipment.csv");
    }

    @Test
    void theFirstRowBringsTheHeadings() throws Exception {
        assertThat(new ShipmentFile(file).add(TPM, Optional.empty())).isEqualTo(new Outcome.Added(1));

        assertThat(Files.readString(file))
                .isEqualTo("registrationId,endorsementKeyHash,endorsementKey,deviceId,endorsementKeyCertificate\n"
                        + TpmVectors.text("registration_id") + "," + TPM.hash() + ","
                        + TPM.key().tpm2bPublic().toBase64() + ",,\n");
    }

    @Test
    void aRowThatWasCutOffIsNotContinued() throws Exception {
        new ShipmentFile(file).add(TPM, Optional.empty());
        String cut = Files.readString(file).substring(0, 300);
        Files.writeString(file, cut);

        assertThatThrownBy(() -> new ShipmentFile(file).add(TPM, Optional.empty()))
                .hasMessageContaining("has no end")
                .hasMessageContaining("Remove it");
        assertThat(Files.readString(file)).isEqualTo(cut);
    }

    @Test
    void anotherListIsLeftAlone() throws Exception {
        Files.writeString(file, "name,phone\nme,1\n");

        assertThatThrownBy(() -> new ShipmentFile(file).add(TPM, Optional.empty()))
                .hasMessageContaining("is no list of TPMs");
        assertThat(Files.readString(file)).isEqualTo("name,phone\nme,1\n");
    }
}
