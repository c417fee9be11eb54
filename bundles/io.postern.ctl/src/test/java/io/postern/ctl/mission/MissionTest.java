// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.Output;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissionTest {
    private static final Instant MONDAY = Instant.parse("2026-03-02T08:00:00Z");

    @TempDir
    Path root;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writePage() throws IOException {
        Files.createDirectories(root.resolve("docs/reference"));
        Files.writeString(root.resolve("docs/reference/mission.md"), """
                | id | behaviour | side | proof |
                |---|---|---|---|
                | DPS-01 | registers | C,G | |
                | DPS-02 | twins | C | |
                | HUB-01 | areas | D | |
                | HUB-02 | keys | C,D | |
                """);
    }

    @Test
    void countsARowAsProvenWhenATestPassedAndNoneFailed() throws IOException {
        record(
                "a",
                MONDAY,
                "DPS-01\tx.A#one\tpassed",
                "DPS-01\tx.A#two\tskipped",
                "DPS-02\tx.A#one\tpassed",
                "DPS-02\tx.B#bad\tfailed");

        assertThat(run()).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "proven DPS-01  registers",
                        "         passed  x.A#one",
                        "open   DPS-02  twins",
                        "         passed  x.A#one",
                        "         FAILED  x.B#bad",
                        "open   HUB-01  areas",
                        "open   HUB-02  keys",
                        "proven 1 / total 4");
    }

    @Test
    void doesNotTakeASkippedTestForAProof() throws IOException {
        record("a", MONDAY, "DPS-01\tx.A#one\tskipped");

        run("--json");

        assertThat(json().getInt("proven")).isZero();
    }

    @Test
    void believesTheNewestRecordOfEachTest() throws IOException {
        record("a", MONDAY, "DPS-01\tx.A#one\tfailed", "DPS-01\tx.A#two\tpassed", "HUB-02\tx.A#one\tpassed");
        record("a", MONDAY.plusSeconds(60), "DPS-01\tx.A#one\tpassed");
        record("b", MONDAY.minusSeconds(60), "DPS-02\tx.B#one\tpassed");

        run("--json");

        assertThat(row(0).getJsonArray("tests")).isEqualTo(Json.parse("[\"x.A#one\",\"x.A#two\"]"));
        assertThat(row(0).getBoolean("proven")).isTrue();
        assertThat(row(1).getBoolean("proven")).isTrue();
        assertThat(row(3).getBoolean("proven"))
                .as("the tag x.A#one no longer carries")
                .isFalse();
    }

    @Test
    void provesARowOfPagesAloneByThePageThatNamesIt() throws IOException {
        Files.writeString(root.resolve("docs/areas.md"), "Three areas (HUB-01), and keys (HUB-02).");

        run("--json");

        assertThat(row(2).getBoolean("proven")).isTrue();
        assertThat(row(2).getJsonArray("pages")).isEqualTo(Json.parse("[\"docs/areas.md\"]"));
        assertThat(row(3).getBoolean("proven"))
                .as("a row with a cloud side needs a test")
                .isFalse();
    }

    @Test
    void writesTheShapeProgramsRelyOn() throws IOException {
        record("a", MONDAY, "DPS-01\tx.A#one\tpassed");

        run("--json");

        assertThat(json().getInt("proven")).isEqualTo(1);
        assertThat(json().getInt("total")).isEqualTo(4);
        assertThat(row(0).getString("id")).isEqualTo("DPS-01");
        assertThat(row(0).getString("behaviour")).isEqualTo("registers");
        assertThat(row(1).getJsonArray("tests")).isEmpty();
    }

    @Test
    void listsOnlyWhatIsOpenWhenAskedAndNamesStrayTags() throws IOException {
        record("a", MONDAY, "DPS-01\tx.A#one\tpassed", "DPS-99\tx.A#one\tpassed");

        run("--open");

        assertThat(out.toString()).doesNotContain("registers").contains("twins").contains("tag DPS-99");
    }

    @Test
    void readsRecordsOfMissionFoldersBelowTargetAlone() throws IOException {
        Path elsewhere = Files.createDirectories(root.resolve("bundles/a/src/target/mission"));
        Files.writeString(elsewhere.resolve("sample.tsv"), "DPS-01\tx.A#one\tpassed");
        Path other = Files.createDirectories(root.resolve("bundles/a/target/other"));
        Files.writeString(other.resolve("sample.tsv"), "anything");

        assertThat(run()).isZero();

        assertThat(out.toString()).contains("proven 0 / total 4").contains("run ./postern test first");
    }

    @Test
    void namesFileAndLineOfABrokenRecord() throws IOException {
        record("a", MONDAY, "DPS-01\tx.A#one\tpassed", "DPS-01 x.A#two passed");

        assertThat(run()).isEqualTo(1);
        assertThat(err.toString()).contains("1.tsv line 2").contains("run the tests again");
    }

    @Test
    void saysWhereItLookedForThePage() throws IOException {
        Files.delete(root.resolve("docs/reference/mission.md"));

        assertThat(run()).isEqualTo(1);
        assertThat(err.toString()).contains("mission.md").contains("--root DIR");
    }

    private void record(String module, Instant written, String... lines) throws IOException {
        Path folder =
                Files.createDirectories(root.resolve("bundles").resolve(module).resolve("target/mission"));
        try (var files = Files.list(folder)) {
            Path file =
                    Files.writeString(folder.resolve((files.count() + 1) + ".tsv"), String.join("\n", lines) + "\n");
            Files.setLastModifiedTime(file, FileTime.from(written));
        }
    }

    private int run(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--root");
        all.add(root.toString());
        return Mission.run(
                new Output(new PrintWriter(out, true), new PrintWriter(err, true), 100), all.toArray(String[]::new));
    }

    private JsonObject json() {
        return Json.parseObject(out.toString());
    }

    private JsonObject row(int index) {
        return json().getJsonArray("rows").getJsonObject(index);
    }
}
