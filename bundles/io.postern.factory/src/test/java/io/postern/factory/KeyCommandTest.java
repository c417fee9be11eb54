// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.factory.Workplace.Shown;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandTest {
    private static final String GROUP_KEY = TpmVectors.text("group_key");
    private static final String ID = "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6";
    private static final String DERIVED = TpmVectors.text("derived");

    @TempDir
    private Path directory;

    private Workplace workplace;
    private String keyFile;

    @BeforeEach
    void putTheGroupsKeyInAFile() throws IOException {
        workplace = new Workplace(directory);
        keyFile = workplace.file("group.key", GROUP_KEY + "\n");
    }

    @Test
    @Tag("CEN-05")
    @Tag("CEN-08")
    @Tag("CEN-21")
    void aDeviceGetsItsOwnKeyAndWhatItMustKnow() throws Exception {
        Shown shown = derive(ID, "--id-scope", "0ne00000001", "--provisioning-host", "dps.plant.example");

        assertThat(shown.exit()).as(shown.err()).isZero();
        Path key = directory.resolve("out/" + ID + "/device.key");
        assertThat(key).hasContent(DERIVED);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(Json.parseObject(workplace.text("out/" + ID + "/device.json")))
                .isEqualTo(Json.parseObject("{\"provisioningHost\":\"dps.plant.example\",\"idScope\":\"0ne00000001\","
                        + "\"registrationId\":\"" + ID
                        + "\",\"identity\":\"symmetric-key\",\"keyFile\":\"device.key\"}"));
        assertThat(workplace.text("out/devices.csv")).isEqualTo("registrationId\n" + ID + "\n");
        assertThat(shown.out() + shown.err()).doesNotContain(DERIVED, GROUP_KEY);
    }

    @Test
    void theGroupsKeyMayBePipedAndIsNoArgument() throws Exception {
        Shown shown = workplace.runWithInput(
                GROUP_KEY + "\n", "derive-keys", "--group-key-file", "-", "--out", workplace.path("out"), ID);

        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(directory.resolve("out/" + ID + "/device.key")).hasContent(DERIVED);
        assertThat(workplace
                        .run("derive-keys", "--group-key", GROUP_KEY, "--out", "x", ID)
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void aBadRowIsNamedByItsLineAndStopsNoOther() throws Exception {
        String ids = workplace.file("ids", "meter-1\nmeter 2\nmeter-3\n../meter-4\n");

        Shown shown = derive("--ids", ids);

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err().lines()).hasSize(2).first().asString().startsWith(ids + ":2: a registration id is");
        assertThat(shown.out()).contains("2 made, 0 made before, 2 refused.");
        assertThat(workplace.text("out/devices.csv")).isEqualTo("registrationId\nmeter-1\nmeter-3\n");
    }

    @Test
    @Tag("CEN-05")
    void aBatchThatWasInterruptedIsContinued() throws Exception {
        derive("meter-1");
        Path unfinished = Files.createDirectory(directory.resolve("out/.unfinished-meter-2"));
        Files.writeString(unfinished.resolve("device.key"), "half");
        String before = workplace.text("out/meter-1/device.key");

        Shown shown = derive("meter-1", "meter-2");

        assertThat(shown.out()).contains("1 made, 1 made before, 0 refused.");
        assertThat(shown.err()).contains("meter-1: made before, left as it is");
        assertThat(workplace.text("out/meter-1/device.key")).isEqualTo(before);
        assertThat(workplace.text("out/meter-2/device.key")).hasSize(45);
        assertThat(unfinished).doesNotExist();
    }

    @Test
    @Tag("CEN-17")
    void whatWasMadeForAnotherTenantIsToldAndKept() throws Exception {
        derive("meter-1");

        Shown shown = derive("meter-1", "--id-scope", "0ne00FFFFFF");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("out/meter-1: its device.json was made for another --id-scope");
        assertThat(workplace.text("out/meter-1/device.json")).doesNotContain("0ne00FFFFFF");
    }

    @Test
    void whatWasMadeFromAnotherKeyOrCutShortIsToldAndKept() throws Exception {
        derive("meter-1", "meter-2");
        workplace.file("group.key", "b3RoZXItb3RoZXItb3RoZXItb3RoZXI=\n");
        workplace.file("out/meter-2/device.key", "AAA");

        Shown shown = derive("meter-1", "meter-2");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("made from another group key", "not written to the end");
        assertThat(workplace.text("out/meter-2/device.key")).isEqualTo("AAA");
    }

    @Test
    void aKeyThatNoServiceTakesIsRefused() throws Exception {
        workplace.file("group.key", "c2hvcnQ=\n");
        assertThat(derive("meter-1").err()).contains("16 to 64 bytes", "has 5");
        workplace.file("group.key", "not base64 at all\n");
        assertThat(derive("meter-1").err()).contains("must be base64").doesNotContain("not base64 at all");
        workplace.file("group.key", "\n");
        assertThat(derive("meter-1").err()).contains("has no line for the group's key");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void theDevicesAreNamedInOneWay() throws Exception {
        assertThat(derive().err()).contains("give --ids FILE");
        assertThat(derive("meter-1", "--ids", workplace.file("ids", "meter-1\n"))
                        .err())
                .contains("one of the two");
    }

    private Shown derive(String... more) {
        String[] command = {"derive-keys", "--group-key-file", keyFile, "--out", workplace.path("out")};
        String[] all = java.util.Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        return workplace.run(all);
    }
}
