// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.doctor.Finding.Level;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TpmCheckTest {
    private static final String DEVICE = "dev:/dev/tpmrm0";

    @Test
    void asksForTheFixedProperties() {
        assertThat(HexFormat.of().formatHex(TpmFacts.command()))
                .isEqualTo(
                        "8001" // TPM_ST_NO_SESSIONS
                                + "00000016" // size
                                + "0000017a" // TPM_CC_GetCapability
                                + "00000006" // TPM_CAP_TPM_PROPERTIES
                                + "00000100" // TPM_PT_FAMILY_INDICATOR
                                + "00000006"); // up to TPM_PT_MANUFACTURER
    }

    @Test
    void namesTheMakerOfATpmChip() {
        assertThat(answer(properties("322e3000", "49465800"))) // "2.0", "IFX"
                .isEqualTo(Finding.good("a TPM 2.0 made by IFX answers at " + DEVICE));
    }

    @Test
    @Tag("CEN-12")
    void warnsOfASoftwareTpm() {
        assertThat(answer(properties("322e3000", "49424d00"))) // "2.0", "IBM"
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.WARNING))
                .satisfies(found -> assertThat(found.remedy()).contains("in production"));
    }

    @Test
    @Tag("DPS-29")
    void refusesATpmOfTheOldFamily() {
        assertThat(answer("00c4" + "0000000a" + "0000001e")) // TPM_TAG_RSP_COMMAND, TPM_BADTAG
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAULT))
                .satisfies(found -> assertThat(found.text()).contains("TPM 1.2"));
    }

    @Test
    void showsTheErrorOfATpmThatRefuses() {
        assertThat(answer("8001" + "0000000a" + "00000101").text()).contains("error 0x101");
    }

    @Test
    void doesNotTakeAnAnswerCutShortForATpm() {
        String whole = properties("322e3000", "49465800");
        for (int length = 0; length < whole.length(); length += 2) {
            assertThat(answer(whole.substring(0, length)).level())
                    .as("%d octets", length / 2)
                    .isEqualTo(Level.FAULT);
        }
    }

    @Test
    void saysWhatToDoAboutEachWayItCannotBeReached() {
        assertThat(failing(new NoSuchFileException("/dev/tpmrm0")).remedy()).contains("fTPM or PTT");
        assertThat(failing(new AccessDeniedException("/dev/tpmrm0")).remedy()).contains("usermod -aG tss");
        assertThat(failing(new java.net.ConnectException("refused")).remedy()).contains("swtpm");
        assertThat(failing(new IOException("Device or resource busy")).remedy()).contains("Another program");
    }

    @Test
    void onlyWarnsWhenNoConfigurationNeedsIt() {
        var check = new TpmCheck(DEVICE, false, (_, _) -> {
            throw new NoSuchFileException("/dev/tpmrm0");
        });

        assertThat(check.examine().level()).isEqualTo(Level.WARNING);
    }

    @Test
    void explainsAnAddressItCannotRead() {
        assertThat(new TpmCheck("tcp:2321", true, new TpmWire()).examine().text())
                .contains("host and port");
        assertThat(new TpmCheck("/dev/tpm0", true, new TpmWire()).examine().remedy())
                .contains("dev:/dev/tpmrm0");
    }

    private static Finding answer(String hex) {
        return new TpmCheck(DEVICE, true, (_, _) -> HexFormat.of().parseHex(hex)).examine();
    }

    private static Finding failing(IOException failure) {
        return new TpmCheck(DEVICE, true, (_, _) -> {
                    throw failure;
                })
                .examine();
    }

    private static String properties(String family, String manufacturer) {
        return "8001" + "00000023" + "00000000" // tag, size, success
                + "01" + "00000006" + "00000002" // more data, TPM_CAP_TPM_PROPERTIES, two of them
                + "00000100" + family
                + "00000105" + manufacturer;
    }
}
