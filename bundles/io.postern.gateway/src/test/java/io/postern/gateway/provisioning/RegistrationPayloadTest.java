// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a gateway tells of itself when it registers. */
class RegistrationPayloadTest extends ProvisioningScene {
    @Test
    void configurationModelAndWishShareOnePayload() throws Exception {
        var payload = new RegistrationPayload(
                Optional.of(Json.parseObject("{\"site\":\"north\"}")),
                Optional.of(ModelId.of("dtmi:lab:gw;1")),
                HubLatencies.NONE);
        link.replies(CHALLENGE, ASSIGNED, DENIED);
        provisioner(new Provisioner.Settings(SCOPE, payload), module).attempt(_ -> {});
        assertThat(link.asked().getLast().payload())
                .contains(Json.parseObject("{\"site\":\"north\",\"modelId\":\"dtmi:lab:gw;1\"}"));

        var other = new FakeSecurityModule(FakeSecurityModule.otherKeys(), never);
        provisioner(new Provisioner.Settings(SCOPE, payload), other).attempt(_ -> {});
        assertThat(link.asked().getLast().payload().orElseThrow()).containsOnlyKeys("site", "modelId", "postern");
        assertThatThrownBy(() -> new RegistrationPayload(
                        Optional.of(Json.parseObject("{\"postern\":{}}")), Optional.empty(), HubLatencies.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("DPS-30")
    void aTpmsCertificateIsToldAndNeverWhatARegistrationFailsFor() throws Exception {
        var none = RegistrationPayload.NONE;
        link.replies(CHALLENGE, ASSIGNED, CHALLENGE, ASSIGNED);

        provisioner(new Provisioner.Settings(SCOPE, none), module.certified(() -> Optional.of(Bytes.hex("3082"))))
                .attempt(_ -> {});
        assertThat(link.asked().getLast().payload())
                .contains(Json.parseObject("{\"postern\":{\"endorsementKeyCertificate\":\"MII=\"}}"));

        FakeSecurityModule mute = module.certified(() -> {
            throw new IOException("the TPM does not answer");
        });
        assertThat(provisioner(new Provisioner.Settings(SCOPE, none), mute).attempt(_ -> {}))
                .isInstanceOf(ProvisioningOutcome.Assigned.class);
        assertThat(link.asked().getLast().payload()).isEmpty();
    }

    @Test
    @Tag("DPS-20")
    void hubsAreMeasuredAndTheNearestThatAnswersAreTold() throws Exception {
        try (var near = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var candidates = List.of(
                    HubLatencies.Candidate.parse("127.0.0.1:" + near.getLocalPort()),
                    HubLatencies.Candidate.parse("nowhere.invalid"));
            var payload = new RegistrationPayload(Optional.empty(), Optional.empty(), new HubLatencies(candidates));
            link.replies(CHALLENGE, ASSIGNED);

            provisioner(new Provisioner.Settings(SCOPE, payload), module).attempt(_ -> {});

            JsonObject told = link.asked()
                    .getLast()
                    .payload()
                    .orElseThrow()
                    .getJsonObject("postern")
                    .getJsonObject("latencyMs");
            assertThat(told).containsOnlyKeys("127.0.0.1");
            assertThat(told.getInt("127.0.0.1")).isBetween(0, 2000);
        }
    }
}
