// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.events.ConsumerGroups;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumerGroupRouteTest {
    @TempDir
    Path directory;

    private TestHub cloud;

    @BeforeEach
    void open() throws IOException {
        cloud = new TestHub(directory);
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    @Tag("HUB-33")
    void groupsAreCreatedShownListedAndDeleted() {
        assertThat(ask("PUT", "/consumerGroups/Archive").status()).isEqualTo(201);
        assertThat(ask("PUT", "/consumergroups/archive").status()).isEqualTo(200);
        assertThat(TestHub.json(ask("GET", "/consumerGroups/ARCHIVE")).getString("name"))
                .isEqualTo("Archive");
        assertThat(ask("GET", "/consumerGroups").body().toUtf8())
                .isEqualTo("[{\"name\":\"$Default\"},{\"name\":\"Archive\"}]");
        assertThat(ask("DELETE", "/consumerGroups/Archive").status()).isEqualTo(204);
        assertThat(ask("DELETE", "/consumerGroups/Archive").status()).isEqualTo(404);
        assertThat(ask("GET", "/consumerGroups/Archive").status()).isEqualTo(404);
    }

    @Test
    void theDefaultGroupCannotBeDeleted() {
        assertThat(ask("DELETE", "/consumerGroups/$Default").status()).isEqualTo(400);
    }

    @Test
    void aNameThatIsNoneAndAMethodThatIsNoneAreRefused() {
        assertThat(ask("PUT", "/consumerGroups/a%20b").status()).isEqualTo(400);
        assertThat(ask("POST", "/consumerGroups/a").status()).isEqualTo(405);
        assertThat(ask("DELETE", "/consumerGroups").status()).isEqualTo(405);
    }

    @Test
    void theTwentyFirstGroupIsRefused() {
        for (int i = 1; i < ConsumerGroups.MOST; i++) {
            assertThat(ask("PUT", "/consumerGroups/g" + i).status()).isEqualTo(201);
        }
        Reply reply = ask("PUT", "/consumerGroups/more");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(TestHub.json(reply).getInt("errorCode")).isEqualTo(403_003);
    }

    private Reply ask(String method, String path) {
        return cloud.asOwner(method, path, "");
    }
}
