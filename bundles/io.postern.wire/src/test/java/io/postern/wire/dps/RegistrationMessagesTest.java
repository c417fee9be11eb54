// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.dps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationStatus.State;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrationMessagesTest {
    private static final TpmAttestation KEYS = TpmAttestation.decode(
            Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")), Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex")));
    private static final RegistrationId ID = RegistrationId.of("gw-1");

    @Test
    void aRequestSurvivesTheWire() {
        var request = new RegistrationRequest(
                ID,
                Optional.of(KEYS),
                Optional.of(Json.object().add("modelId", "dtmi:lab:gw;1").build()));

        assertThat(RegistrationRequest.parse(request.toJson().toString())).isEqualTo(request);
        assertThat(request.toJson().getJsonObject("tpm").getString("endorsementKey"))
                .startsWith("AToAAQALAAMAsg");
    }

    @Test
    void theTwoShapesOfAPayloadMeanTheSame() {
        var object = RegistrationRequest.parse("{\"registrationId\":\"GW-1\",\"payload\":{\"a\":1}}");
        var text = RegistrationRequest.parse("{\"registrationId\":\"gw-1\",\"payload\":\"{\\\"a\\\":1}\"}");

        assertThat(object).isEqualTo(text);
        assertThat(RegistrationRequest.parse("{\"registrationId\":\"gw-1\",\"payload\":null,\"tpm\":null,\"csr\":7}"))
                .isEqualTo(new RegistrationRequest(ID, Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"registrationId\":7}",
                "{\"registrationId\":\"a b\"}",
                "{\"registrationId\":\"gw-1\",\"tpm\":{}}",
                "{\"registrationId\":\"gw-1\",\"tpm\":{\"endorsementKey\":\"AAAA\",\"storageRootKey\":\"AAAA\"}}",
                "{\"registrationId\":\"gw-1\",\"tpm\":{\"endorsementKey\":\"%\",\"storageRootKey\":\"AAAA\"}}",
                "{\"registrationId\":\"gw-1\",\"payload\":\"no json\"}",
            })
    void aMalformedRequestIsRefused(String body) {
        assertThatThrownBy(() -> RegistrationRequest.parse(body)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAssignmentSurvivesTheWire() {
        var state = new State(
                ID,
                Status.ASSIGNED,
                Optional.of("initialAssignment"),
                Optional.of(HubName.of("hub.lab.test")),
                Optional.of(DeviceId.of("Gw-1")),
                Instant.parse("2026-03-01T08:00:00.1234567Z"),
                Instant.parse("2026-03-01T08:00:01Z"),
                Optional.of("IjEi"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Bytes.hex("0001ff")));
        var status = new RegistrationStatus("5.op", Status.ASSIGNED, Optional.of(state));

        assertThat(RegistrationStatus.parse(status.toJson().toString())).isEqualTo(status);
        assertThat(state.toJson().getString("createdDateTimeUtc")).isEqualTo("2026-03-01T08:00:00.1234567Z");
        assertThat(state.toJson().getJsonObject("tpm").getString("authenticationKey"))
                .isEqualTo("AAH/");
    }

    @Test
    void aServiceMaySayLessMoreOrLouder() {
        RegistrationStatus said = RegistrationStatus.parse("""
                {"status":"FAILED","registrationState":{"registrationId":"gw-1","status":"Failed","assignedHub":"",
                "deviceId":null,"errorCode":400208,"errorMessage":"no hub","x509":{},"etag":null,"tpm":null}}""");

        State state = said.state().orElseThrow();
        assertThat(said.operationId()).isEmpty();
        assertThat(state.status()).isEqualTo(Status.FAILED);
        assertThat(state.assignedHub()).isEmpty();
        assertThat(state.errorCode()).contains(400208);
        assertThat(state.created()).isEqualTo(Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"status\":\"dancing\"}",
                "{\"status\":\"assigned\",\"registrationState\":{\"status\":\"assigned\"}}",
                "{\"status\":\"assigned\",\"registrationState\":{\"registrationId\":\"gw-1\",\"status\":\"assigned\",\"assignedHub\":\"hub\"}}",
                "{\"status\":\"assigned\",\"registrationState\":{\"registrationId\":\"gw-1\",\"status\":\"assigned\",\"createdDateTimeUtc\":\"today\"}}",
                "{\"status\":\"assigned\",\"registrationState\":{\"registrationId\":\"gw-1\",\"status\":\"assigned\",\"tpm\":{\"authenticationKey\":\"*\"}}}",
            })
    void aMalformedAnswerIsRefused(String body) {
        assertThatThrownBy(() -> RegistrationStatus.parse(body)).isInstanceOf(IllegalArgumentException.class);
    }
}
