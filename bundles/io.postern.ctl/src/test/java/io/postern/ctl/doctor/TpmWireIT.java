// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.doctor.Finding.Level;
import io.postern.testkit.Swtpm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TpmWireIT {
    @TempDir
    Path folder;

    @Test
    @Timeout(60)
    void recognisesARealSoftwareTpmAndItsAbsence() {
        String device;
        try (Swtpm tpm = Swtpm.fresh(folder)) {
            device = tpm.device();
            assertThat(new TpmCheck(device, true, new TpmWire()).examine())
                    .satisfies(found -> assertThat(found.level()).isEqualTo(Level.WARNING))
                    .satisfies(found -> assertThat(found.text()).isEqualTo("a software TPM 2.0 answers at " + device));
        }
        assertThat(new TpmCheck(device, true, new TpmWire()).examine().text())
                .isEqualTo("nothing listens at " + device);
    }
}
