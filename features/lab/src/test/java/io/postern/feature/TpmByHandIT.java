// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.ctl.CloudConnection;
import io.postern.lab.LabCloud;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.Swtpm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other people's tools go through the whole TPM flow against our cloud side, with the commands of the page about it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TpmByHandIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Path PAGE = ROOT.resolve("docs/extend/tpm-by-hand.md");

    @TempDir
    private Path directory;

    @Test
    @Tag("DPS-06")
    @Tag("DPS-10")
    void aTpmIsProvisionedByCommandsAlone() throws Exception {
        String address = LoopbackAddress.random();
        try (LabCloud cloud = LabCloud.start(ROOT, directory, address);
                Swtpm tpm = Swtpm.fresh(directory)) {
            CloudConnection connection = cloud.connection();
            assumeTrue(
                    connection.httpsPort() == 443 && connection.mqttPort() == 8883,
                    "the page's commands need ports 443 and 8883, which this user may not open");
            var desk = new WorkFolder(ROOT, directory.resolve("desk"))
                    .with("DPS", connection.provisioningHost().orElseThrow())
                    .with("SCOPE", connection.idScope().orElseThrow())
                    .with("CA", connection.caFile().orElseThrow().toString())
                    .with("TPM2TOOLS_TCTI", tpm.tcti())
                    .with("POSTERN_CLOUD", cloud.data().toString())
                    .with("HUB_ADDRESS", address)
                    .with("CURL_HOME", directory.resolve("desk").toString());
            desk.write(".curlrc", "connect-to = \"::" + address + ":443\"\n"); // no name service knows the lab's names

            List<String> blocks = DocumentedCommands.blocks(PAGE, "bash");
            Path script = desk.write("page.sh", "set -eu\n" + String.join("\n", blocks.subList(1, blocks.size())));
            String shown = desk.type(List.of("bash", script.toString())).must();

            assertThat(blocks.getFirst()).contains("DPS=", "SCOPE=", "CA=", "TPM2TOOLS_TCTI=", "POSTERN_CLOUD=");
            assertThat(shown.lines()).containsSubsequence("401", "202");
            assertThat(shown.lines().toList().getLast()).contains("by-hand");
            assertThat(Files.readString(desk.file("assigned.json")))
                    .contains("\"assignedHub\":\"" + connection.hub().host() + "\"");
        }
    }
}
