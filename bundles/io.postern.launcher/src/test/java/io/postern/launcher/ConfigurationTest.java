// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    private static final String DEVICE = """
            { "idScope": "0ne0012AB34", "identity": "x509-file", "registrationId": "gw-7",
              "certificateFile": "device.pem", "keyFile": "device.key" }
            """;

    @TempDir
    private Path directory;

    private Path site = Path.of("");
    private Path device = Path.of("");

    @BeforeEach
    void makeFolders() throws IOException {
        site = directory.resolve("site.json");
        device = Files.createDirectory(directory.resolve("gw-7"));
        Files.writeString(device.resolve("device.json"), DEVICE);
    }

    @Test
    void aRelativePathBeginsAtTheFileItStandsIn() throws IOException {
        Files.writeString(site, """
                { "io.postern.gateway": { "caFile": "ca.pem", "stateFile": "/run/state.json", "timelineFile": "" },
                  "io.postern.gateway.store": { "directory": "state" },
                  "io.postern.gateway.tpm": { "device": "tcp:127.0.0.1:2321" } }
                """);

        assertThat(members(Optional.empty(), "io.postern.gateway"))
                .containsEntry("caFile", "\"" + directory + "/ca.pem\"")
                .containsEntry("stateFile", "\"/run/state.json\"")
                .containsEntry("timelineFile", "\"\"");
        assertThat(members(Optional.empty(), "io.postern.gateway.store"))
                .containsEntry("directory", "\"" + directory + "/state\"");
        assertThat(members(Optional.empty(), "io.postern.gateway.tpm"))
                .containsEntry("device", "\"tcp:127.0.0.1:2321\"");
    }

    @Test
    void anotherFileAddsSectionsAndMembersAndOverrulesNone() throws IOException {
        Path more = Files.createDirectory(directory.resolve("more")).resolve("more.json");
        Files.writeString(site, "{ \"a.hub~hub\": { \"hubName\": \"hub.x\" } }");
        Files.writeString(more, """
                { "a.hub~hub": { "hubName": "hub.x", "retainedEvents": 5 },
                  "a.route~r": { "secretFile": "r.secret", "deadLetterDirectory": "dead" } }
                """);

        assertThat(members(Optional.of(more), "a.hub~hub")).containsEntry("retainedEvents", "5");
        assertThat(members(Optional.of(more), "a.route~r"))
                .containsEntry("secretFile", "\"" + directory + "/more/r.secret\"")
                .containsEntry("deadLetterDirectory", "\"" + directory + "/more/dead\"");

        Files.writeString(more, "{ \"a.hub~hub\": { \"hubName\": \"hub.y\" } }");
        assertThatThrownBy(() -> Configuration.read(site, Optional.of(more)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("hubName is \"hub.x\" in " + site)
                .hasMessageContaining("say it in one of them");
    }

    @Test
    @Tag("CEN-20")
    void aDevicesFolderSaysWhoTheGatewayIs() throws IOException {
        Files.writeString(site, """
                // of all gateways of this site
                { ":configurator:version": "1.0.0",
                  "io.postern.gateway": { "caFile": "ca.pem", /* "a": { */ "leaves": ["{registrationId}-meter", "b,}"] },
                  "io.postern.gateway.modbus~meter": { "leaf": "{registrationId}-meter", "unit": 1, } }
                """);

        assertThat(members(Optional.of(device), "io.postern.gateway"))
                .containsEntry("caFile", "\"" + directory + "/ca.pem\"")
                .containsEntry("leaves", "[\"gw-7-meter\",\"b,}\"]")
                .containsEntry("idScope", "\"0ne0012AB34\"")
                .containsEntry("registrationId", "\"gw-7\"")
                .containsEntry("certificateFile", "\"" + device + "/device.pem\"")
                .containsEntry("keyFile", "\"" + device + "/device.key\"");
        assertThat(members(Optional.of(device), "io.postern.gateway.modbus~meter"))
                .containsEntry("leaf", "\"gw-7-meter\"")
                .containsEntry("unit", "1");
    }

    @Test
    @Tag("CEN-17")
    void aFolderMadeForAnotherTenantIsRefused() throws IOException {
        Files.writeString(site, """
                { "io.postern.gateway": { "idScope": "0ne00FFFFFF" } }""");

        assertThatThrownBy(() -> Configuration.read(site, Optional.of(device)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("idScope is \"0ne00FFFFFF\" in " + site + " but \"0ne0012AB34\" in " + device);
    }

    @Test
    void aNameThatNoFolderFillsIsNoticed() throws IOException {
        Files.writeString(site, """
                { "io.postern.gateway": { "leaves": ["{registrationId}-meter"] } }""");

        assertThatThrownBy(() -> Configuration.read(site, Optional.empty())).hasMessageContaining("--device DIR");
    }

    @Test
    void aMistakeIsShown() throws IOException {
        assertRefused("{\n \"io.postern.gateway\": {\n  \"caFile\" \"ca.pem\" } }", ": is expected before: \"ca.pem\"");
        assertRefused("{\n \"a.section\": [\n", "a value is expected at the end");
        assertRefused("{\n \"a\": {}\n \"b\": {} }", "a comma or } is expected before: \"b\"");
        assertRefused("{ \"a\": {}, \"a\": {} }", "\"a\" stands there twice");
        assertRefused("{ \"a\": {} } x", "the end is expected before: x");
        assertRefused("{ \"a\": \"x", "a closing quote is expected at the end");
        assertRefused("{ \"idScope\": \"0ne0012AB34\" }", "\"idScope\" is no section");
        assertRefused("[]", "{ is expected before: []");
    }

    private void assertRefused(String text, String why) throws IOException {
        Files.writeString(site, text);
        assertThatThrownBy(() -> Configuration.read(site, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(site.toString())
                .hasMessageContaining(why);
    }

    private Map<String, String> members(Optional<Path> folder, String pid) throws IOException {
        String section = JsonMembers.of(Configuration.read(site, folder)).get(pid);
        return JsonMembers.of(section == null ? "{}" : section);
    }
}
