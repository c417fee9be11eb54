// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalStateStoreTest {
    @TempDir
    Path directory;

    private JournalStore store;

    @BeforeEach
    void open() throws IOException {
        store = JournalStore.open(StoreSettings.of(directory, 8 << 20), InstantSource.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aFactIsReplacedWholeAndOutlivesARestart() throws IOException {
        store.stateStore().write("assignment", Json.parseObject("{\"hub\":\"old.lab.test\",\"more\":1}"));
        store.stateStore().write("assignment", Json.parseObject("{\"hub\":\"hub.lab.test\"}"));
        close();
        open();

        assertThat(store.stateStore().read("assignment")).contains(Json.parseObject("{\"hub\":\"hub.lab.test\"}"));
    }

    @Test
    void aReaderThatIsInterruptedReadsAllTheSameAndTheStoreGoesOn() throws IOException {
        store.stateStore().write("assignment", Json.parseObject("{\"hub\":\"hub.lab.test\"}"));

        Thread.currentThread().interrupt(); // as of a session that ends while it looks something up
        assertThat(store.stateStore().read("assignment")).isPresent();
        assertThat(Thread.interrupted()).isTrue();

        store.stateStore().write("assignment", Json.parseObject("{\"hub\":\"next.lab.test\"}"));
        assertThat(store.stateStore().read("assignment")).contains(Json.parseObject("{\"hub\":\"next.lab.test\"}"));
    }

    @Test
    void aRemovedFactIsGone() throws IOException {
        store.stateStore().write("assignment", Json.parseObject("{}"));
        store.stateStore().remove("assignment");
        store.stateStore().remove("never written");

        assertThat(store.stateStore().read("assignment")).isEmpty();
        close();
        open();
        assertThat(store.stateStore().read("assignment")).isEmpty();
    }
}
