// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.Output;
import io.postern.testkit.MovableClock;
import io.postern.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway's folder and its answers with secrets planted wherever a person or a defect may put them. */
@Timeout(60)
class SupportTest {
    private static final String PRIVATE = "PRIVATE KEY"; // in pieces: who looks for keys in the tree finds none
    private static final String KEY = "c2VjcmV0LWtleS1vZi1hLWRldmljZS0wMTIzNDU2Nzg=";
    private static final List<String> CANARIES = List.of(
            KEY,
            "hunter2-proxy",
            Base64.getEncoder().encodeToString("plant:hunter2-proxy".getBytes(StandardCharsets.UTF_8)),
            "canary-config-value",
            "canary-unknown-section",
            "canary-url-password",
            "canary-log-password",
            "canary-twin-value",
            "Y2FuYXJ5LXNpZ25hdHVyZQ%3D%3D",
            "CanarySharedAccessKey0123456789",
            "canary-bearer-0123456789",
            "canary-json-quoted",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
            "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl");

    @TempDir
    Path folder;

    private final StringWriter said = new StringWriter();

    @Test
    void noSecretLeavesTheMachine() throws Exception {
        Path config = site();
        Path out = folder.resolve("bundle.zip");
        try (ServerSocketChannel gateway = gateway()) {
            assertThat(support("--config", config.toString(), "--out", out.toString()))
                    .as(said.toString())
                    .isZero();
            assertThat(gateway.isOpen()).isTrue();
        }

        String all = content(out);
        for (String canary : CANARIES) {
            assertThat(all).doesNotContain(canary);
            assertThat(said.toString()).doesNotContain(canary);
        }
        assertThat(all)
                .contains("provisioning.plant.test", "\"idScope\": \"0ne00000001\"", "ASSIGNED", "LEAF_CONNECTED")
                .contains("postern_gateway_info", "leaf connected", "gateway.proxy.test:3128");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-------");
        assertThat(Files.size(out)).isLessThan(1 << 20);
    }

    @Test
    void saysWhatIsInsideAndOverwritesNothing() throws Exception {
        Path config = site();
        Path out = Files.writeString(folder.resolve("there.zip"), "mine");

        assertThat(support("--config", config.toString(), "--out", out.toString()))
                .isEqualTo(1);

        assertThat(said.toString())
                .contains(
                        "will hold, without keys, tokens and passwords:",
                        "configuration.json",
                        "doctor.txt",
                        "running.txt")
                .contains("is there already: name another with --out");
        assertThat(Files.readString(out)).isEqualTo("mine");
    }

    @Test
    void worksWithoutAGatewayAndWithoutAConfigurationThatCanBeRead() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.json"), "{ \"password\": \"canary-config-value\"");
        Path out = folder.resolve("b.zip");

        assertThat(support("--config", broken.toString(), "--out", out.toString()))
                .isZero();

        assertThat(content(out))
                .contains("cannot be read", "the gateway was not asked")
                .doesNotContain("canary-config");
    }

    @Test
    void sentencesStayWhatTheyAre() {
        Redaction redaction = Redaction.of(List.of());
        String log =
                "2026-06-01T12:00:00Z WARN no token for meter-1 (403 not this gateway's); deviceId=gw-1 retryInMs=2000"
                        + " file=/var/lib/postern/gateway/state.json basic frames, 2 secrets";

        assertThat(redaction.text(log)).isEqualTo(log);
        assertThat(redaction.text("a?sig=abc&se=1 password: x1y2")).isEqualTo("a?sig=(hidden)&se=1 password=(hidden)");
    }

    @Test
    void aLargePartIsCutAtItsBeginning() throws Exception {
        Path config = site();
        Files.writeString(
                folder.resolve("timeline.jsonl"), ("{\"milestone\":\"OLD\"}\n" + "x ".repeat(5000) + "\n").repeat(300));
        Path out = folder.resolve("large.zip");

        assertThat(support("--config", config.toString(), "--out", out.toString()))
                .isZero();

        assertThat(content(out).length()).isLessThan(600 << 10);
    }

    private Path site() throws IOException {
        Files.writeString(folder.resolve("device.key"), KEY + "\n");
        Files.writeString(folder.resolve("proxy"), "plant:hunter2-proxy\n");
        Files.writeString(
                folder.resolve("state.json"),
                "{\"state\":\"ASSIGNED\",\"since\":\"2026-06-01T12:00:00Z\",\"next\":\"speaks\",\"failures\":0,\"reason\":"
                        + "\"SharedAccessSignature sr=h&sig=Y2FuYXJ5LXNpZ25hdHVyZQ%3D%3D&se=1 of CanarySharedAccessKey0123456789\"}"
                                .replace("of Canary", "SharedAccessKey=Canary"));
        Files.writeString(
                folder.resolve("timeline.jsonl"),
                "{\"milestone\":\"LEAF_CONNECTED\",\"subject\":\"https://user:canary-url-password@h/\"}\n{\"k\":\""
                        + KEY + "\"}\n");
        return Files.writeString(folder.resolve("gateway.json"), """
                {"io.postern.gateway":{"idScope":"0ne00000001","provisioningHost":"provisioning.plant.test","provisioningPort":1,
                   "identity":"symmetric-key","registrationId":"gw-1","keyFile":"device.key",
                   "proxy":"http://user:canary-url-password@gateway.proxy.test:3128","proxyCredentialsFile":"proxy",
                   "stateFile":"state.json","timelineFile":"timeline.jsonl",
                   "payload":"{\\"pin\\":\\"canary-config-value\\"}","password":"canary-config-value"},
                 "org.example.driver~x":{"login":"canary-unknown-section","tokenLife":"canary-config-value"}}
                """);
    }

    /** Answers each question with a text that holds secrets. */
    private ServerSocketChannel gateway() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(
                Files.createDirectories(folder.resolve("control")).resolve("socket")));
        Thread.startVirtualThread(() -> {
            while (server.isOpen()) {
                try (SocketChannel visitor = server.accept();
                        var questions = new BufferedReader(Channels.newReader(visitor, StandardCharsets.UTF_8))) {
                    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                        visitor.write(StandardCharsets.UTF_8.encode(answer(line) + "\n"));
                    }
                } catch (IOException e) {
                    // closed, or the visitor has gone
                }
            }
        });
        return server;
    }

    private static String answer(String question) {
        String command = Json.requireText(Json.parseObject(question), "command");
        List<String> lines = new ArrayList<>(List.of(
                "leaf connected deviceId=meter-1",
                "Proxy-Authorization: Basic " + CANARIES.get(2),
                "password=canary-log-password",
                "Authorization: Bearer canary-bearer-0123456789",
                "desired {\"wifi\":{\"password\":\"canary-twin-value\"}}",
                "payload {\\\"secret\\\":\\\"canary-json-quoted\\\"}",
                "-----BEGIN " + PRIVATE + "-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END " + PRIVATE + "-----",
                "key " + CANARIES.get(13),
                "jwt " + CANARIES.get(14),
                "the device's " + KEY));
        var all = Json.array();
        lines.forEach(all::add);
        var result =
                switch (command) {
                    case "metrics.show" ->
                        Json.object().add("text", "postern_gateway_info 1\n# password: canary-log-password\n");
                    case "log.tail" -> Json.object().add("lines", all);
                    case "health.show" ->
                        Json.object()
                                .add(
                                        "checks",
                                        Json.array()
                                                .add(Json.object()
                                                        .add("name", "proxy")
                                                        .add("level", "fault")
                                                        .add("text", "password=canary-log-password")
                                                        .add("remedy", "")));
                    default -> Json.object().add("note", "symmetricKey: " + KEY);
                };
        return Json.object().add("result", result).build().toString();
    }

    private int support(String... arguments) {
        return Support.run(
                new Output(new PrintWriter(said, true), new PrintWriter(said, true), 80),
                MovableClock.at(Instant.now()),
                arguments);
    }

    private static String content(Path zip) throws IOException {
        var all = new StringBuilder();
        try (var file = new ZipFile(zip.toFile())) {
            for (var entry : file.stream().toList()) {
                all.append(entry.getName()).append('\n');
                all.append(new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }
}
