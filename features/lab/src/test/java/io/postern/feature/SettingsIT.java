// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.LabGateway;
import io.postern.lab.LabSite;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator far away changes a gateway's settings through its twin: a good change stays, a bad one returns by itself. */
class SettingsIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(90); // of a loaded machine
    private static final String LEAF = "io.postern.gateway.leaf~meter-001";
    private static final String LINE = "io.postern.gateway.serial~main";

    @TempDir
    private static Path directory;

    private LabSite site;

    @BeforeEach
    void open() throws Exception {
        site = new LabSite(ROOT, directory.resolve("lab"), LoopbackAddress.random(), 1, what -> {});
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void aGoodChangeStaysAndOneThatCutsLineAndNetworkReturnsWholeEvenWhenThePowerIsCutMeanwhile() throws Exception {
        Path state = directory.resolve("gateway");
        try (LabGateway gateway = site.startGateway(state)) {
            Await.until(PATIENCE, "a reading at the hub", () -> gateway.step("LEAF_SPEAKING")
                    .isPresent());
            desire("{\"change\":\"slower\",\"configurations\":[{\"pid\":\"" + LEAF
                    + "\",\"set\":{\"period\":\"2s\",\"template\":\"our-meter\"}}],\"templates\":[{\"name\":\"our-meter\","
                    + "\"template\":" + ourMeter() + "}]}");
            assertThat(awaitEnd("slower", gateway)).isEqualTo("kept");

            desire("{\"change\":\"adrift\",\"within\":\"10s\",\"configurations\":[{\"pid\":\"" + LINE
                    + "\",\"set\":{\"port\":\"/dev/ttyNONE\"}},{\"pid\":\"io.postern.gateway\",\"set\":"
                    + "{\"hubTransports\":[\"mqtt:1\"]}}]}");
            Await.until(PATIENCE, "the hub is out of reach", () -> gateway.step("RETRYING")
                    .isPresent());
            gateway.process().kill();
        }
        try (LabGateway again = site.startGateway(state)) {
            assertThat(awaitEnd("adrift", again)).isEqualTo("reverted");
            JsonObject report = report();
            assertThat(report.getJsonObject("last").getString("reason"))
                    .contains("not proven in time; still waiting for")
                    .contains("the hub to take the gateway's report in a new session");
            assertThat(report.getJsonArray("changed")).hasToString("[\"" + LEAF + "\",\"our-meter\"]");
            Await.until(PATIENCE, "a reading after the return", () -> again.step("LEAF_SPEAKING")
                    .isPresent());

            desire("{\"change\":\"wrong\",\"configurations\":[{\"pid\":\"" + LINE + "\",\"set\":{\"baud\":12}}]}");
            assertThat(awaitEnd("wrong", again)).isEqualTo("refused");
            assertThat(report().getJsonObject("last").getString("reason"))
                    .isEqualTo(LINE + ": baud: 50 to 4000000, not 12");

            desire(
                    "{\"change\":\"torn\",\"templates\":[{\"name\":\"our-meter\",\"template\":{\"template\":\"our-meter\"}}]}");
            assertThat(awaitEnd("torn", again)).isEqualTo("refused");
            assertThat(report().getJsonObject("last").getString("reason")).contains("our-meter");
        }
    }

    /** The lab's template under a name of our own, as an operator would send one. */
    private String ourMeter() throws Exception {
        JsonObject template = Json.parseObject(Files.readString(site.templates().resolve("lab-meter.json")));
        return Json.object(template).add("template", "our-meter").build().toString();
    }

    private void desire(String settings) throws Exception {
        for (String text : new String[] {"null", settings}) {
            JsonObject desired = Json.object().add("settings", Json.parse(text)).build();
            site.cloud().twins().merge(LabSite.GATEWAY, Optional.empty(), Optional.of(desired));
        }
    }

    private String awaitEnd(String change, LabGateway gateway) throws Exception {
        try {
            JsonObject last = Await.value(
                    PATIENCE,
                    "the end of " + change + " reported",
                    () -> Json.object(report(), "last").orElse(JsonValue.EMPTY_JSON_OBJECT),
                    found -> found.getString("change", "").equals(change));
            return last.getString("outcome");
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + "; the gateway: " + gateway.process().lastWords(40), e);
        }
    }

    private JsonObject report() throws Exception {
        return Json.object(
                        site.cloud()
                                .twins()
                                .find(LabSite.GATEWAY)
                                .getJsonObject("properties")
                                .getJsonObject("reported"),
                        "settings")
                .orElse(JsonValue.EMPTY_JSON_OBJECT);
    }
}
