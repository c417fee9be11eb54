// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteFileTest {
    @TempDir
    Path directory;

    @Test
    void onlyTheOwnerMayReadItsFiles() throws IOException {
        try (var database = Database.open(directory.resolve("cloud.db"))) {
            database.migrate("notes", List.of("CREATE TABLE note(text TEXT NOT NULL)"));

            try (var files = Files.list(directory)) {
                assertThat(files).isNotEmpty().allSatisfy(file -> assertThat(
                                PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedByName() throws IOException {
        Files.writeString(directory.resolve("cloud.db"), "this is a text that someone put here ".repeat(100));

        assertThatThrownBy(() -> Database.open(directory.resolve("cloud.db")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cloud.db")
                .hasMessageContaining("damaged");
    }
}
