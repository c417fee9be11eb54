// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.SharedAccessPolicy;
import io.postern.wire.Json;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubPolicyRouteTest {
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
    @Tag("HUB-24")
    void anOwnPolicyIsMadeOpensWhatItAllowsAndIsGoneWhenDeleted() {
        Reply made = cloud.asOwner("PUT", "/policies/wall", "{\"permissions\":[\"RegistryRead\",\"ServiceConnect\"]}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(TestHub.json(made).containsKey("primaryKey")).isFalse();
        Optional<SasToken> token = cloud.policyToken("wall");
        assertThat(status("GET", "/devices", token)).isEqualTo(200);
        assertThat(status("PUT", "/devices/x", token)).isEqualTo(401);

        assertThat(cloud.asOwner("DELETE", "/policies/wall", "").status()).isEqualTo(204);
        assertThat(status("GET", "/devices", token)).isEqualTo(401);
        assertThat(cloud.asOwner("DELETE", "/policies/wall", "").status()).isEqualTo(404);
    }

    @Test
    @Tag("HUB-24")
    void aReplacedKeyOpensNothingFromThenOnAndTheOtherStillDoes() {
        Optional<SasToken> token = cloud.policyToken("registryRead");

        cloud.asOwner("POST", "/policies/registryRead/regenerateKey", "{\"key\":\"secondary\"}");
        assertThat(status("GET", "/devices", token)).isEqualTo(200);
        JsonObject keys =
                TestHub.json(cloud.asOwner("POST", "/policies/registryRead/regenerateKey", "{\"key\":\"Primary\"}"));
        assertThat(status("GET", "/devices", token)).isEqualTo(401);
        assertThat(keys.getString("primaryKey"))
                .isEqualTo(policy("registryRead").keys().primary().revealBase64());
    }

    @Test
    void keysAreSwappedAndShownOnlyToWhoAsksForThem() {
        SharedAccessPolicy before = policy("service");
        JsonObject swapped = TestHub.json(cloud.asOwner("POST", "/policies/service/swapKeys", ""));

        assertThat(swapped.getString("primaryKey"))
                .isEqualTo(before.keys().secondary().revealBase64());
        assertThat(TestHub.json(cloud.asOwner("POST", "/policies/service/listKeys", "")))
                .isEqualTo(swapped);
        assertThat(cloud.asOwner("GET", "/policies", "").body().toUtf8())
                .contains("registryReadWrite")
                .doesNotContain("Key\"");
        assertThat(TestHub.json(cloud.asOwner("GET", "/policies/service", "")))
                .isEqualTo(Json.parse("{\"name\":\"service\",\"permissions\":[\"ServiceConnect\"]}"));
    }

    @Test
    @Tag("SEC-04")
    void theDefaultsCannotBeDeletedAndAreReplacedByNobody() {
        assertThat(TestHub.json(cloud.asOwner("DELETE", "/policies/iothubowner", ""))
                        .getInt("errorCode"))
                .isEqualTo(409_012);
        assertThat(cloud.asOwner("PUT", "/policies/device", "{\"permissions\":[\"RegistryRead\"]}")
                        .status())
                .isEqualTo(409);
        assertThat(policy("device").permissions()).containsExactly(Permission.DEVICE_CONNECT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"permissions\":[]}",
                "{\"permissions\":[\"Everything\"]}",
                "{\"permissions\":\"RegistryRead\"}",
                "{\"permissions\":[1]}",
                "x"
            })
    void aPolicyNeedsPermissionsThatExist(String body) {
        assertThat(cloud.asOwner("PUT", "/policies/wall", body).status()).isEqualTo(400);
        assertThat(cloud.hub.policies().find("wall")).isEmpty();
    }

    @Test
    void whoMayOnlyWriteTheRegistryMakesNoPolicyThatMayMore() {
        cloud.hub
                .policies()
                .create(
                        "most",
                        Set.of(Permission.REGISTRY_READ, Permission.REGISTRY_READ_WRITE, Permission.SERVICE_CONNECT));

        assertThat(status("PUT", "/policies/mine", cloud.policyToken("most"))).isEqualTo(401);
        assertThat(status("POST", "/policies/iothubowner/listKeys", cloud.policyToken("most")))
                .isEqualTo(401);
    }

    private int status(String method, String path, Optional<SasToken> token) {
        return cloud.reply(cloud.request(
                        method, TestHub.NAMES.hubHost(), path, "{\"permissions\":[\"RegistryRead\"]}", token))
                .status();
    }

    private SharedAccessPolicy policy(String name) {
        return cloud.hub.policies().find(name).orElseThrow();
    }
}
