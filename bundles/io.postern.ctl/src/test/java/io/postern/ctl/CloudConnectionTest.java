// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CloudConnectionTest {
    private static final String STRINGS = """
            "dpsConnectionString":"HostName=service.x.y;SharedAccessKeyName=provisioningserviceowner;SharedAccessKey=a2V5",
            "hubConnectionString":"HostName=hub.x.y;SharedAccessKeyName=iothubowner;SharedAccessKey=a2V5"
            """;

    @TempDir
    Path folder;

    @Test
    void readsWhatTheCloudWrites() throws IOException {
        CloudConnection connection = read("""
                {"idScope":"0ne00000001","provisioningHost":"provisioning.x.y","tokenHost":"tokens.x.y",
                 "caFile":"/etc/postern/ca.pem","hostsFile":"hosts","ports":{"https":8443,"mqtt":18883},%s}""".formatted(STRINGS));

        assertThat(connection.dps().host()).isEqualTo("service.x.y");
        assertThat(connection.hub().host()).isEqualTo("hub.x.y");
        assertThat(connection.tokenHost()).contains("tokens.x.y");
        assertThat(connection.caFile()).contains(Path.of("/etc/postern/ca.pem"));
        assertThat(connection.hostsFile()).contains(folder.resolve("hosts"));
        assertThat(connection.idScope()).contains("0ne00000001");
        assertThat(connection.httpsPort()).isEqualTo(8443);
        assertThat(connection.mqttPort()).isEqualTo(18883);
    }

    @Test
    void takesTheUsualPortsAndPublicRootsWhenNothingIsSaid() throws IOException {
        CloudConnection connection = read("{" + STRINGS + "}");

        assertThat(connection.httpsPort()).isEqualTo(443);
        assertThat(connection.mqttPort()).isEqualTo(8883);
        assertThat(connection.caFile()).isEmpty();
    }

    @Test
    void saysWhatToDoWhenThereIsNoSuchFile() {
        assertThatThrownBy(() -> CloudConnection.ofFolder(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.resolve("connection.json").toString())
                .hasMessageContaining("postern cloud --data DIR");
    }

    @Test
    void namesFileAndMemberOfABadSetting() {
        assertThatThrownBy(() -> read("{\"ports\":{\"https\":\"443\"}," + STRINGS + "}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connection.json")
                .hasMessageContaining("\"https\"");
        assertThatThrownBy(() -> read("{\"ports\":{\"mqtt\":70000}," + STRINGS + "}"))
                .hasMessageContaining("\"mqtt\"");
        assertThatThrownBy(() -> read("{}")).hasMessageContaining("dpsConnectionString");
        assertThatThrownBy(() -> read("not json")).hasMessageContaining("connection.json is not JSON at line 1");
    }

    private CloudConnection read(String json) throws IOException {
        Files.writeString(folder.resolve("connection.json"), json);
        return CloudConnection.ofFolder(folder);
    }
}
