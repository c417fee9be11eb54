// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoxStatementTest {
    private static final HubName HUB = HubName.of("hub.plant.example");
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");
    private static final String RUN = "AAAAAAAAAAAAAAAAAAAAAA";

    @Test
    void aSealedStatementReadsAsItWasWritten() throws Exception {
        BoxStatement said = sealed(keys(), 17, 4);

        BoxStatement read = BoxStatement.of(Json.parseObject(said.toJson().toString()));

        assertThat(read).isEqualTo(said);
        assertThat(read.isSealedFor(HUB, GATEWAY)).isTrue();
        assertThat(read.boxName()).hasValueSatisfying(name -> assertThat(name).matches("[0-9a-f]{16}"));
    }

    @Test
    void aSealFitsOneGatewayOneCounterOneBootAndOneRun() throws Exception {
        BoxStatement said = sealed(keys(), 17, 4);

        assertThat(said.isSealedFor(HUB, DeviceId.of("gw-2"))).isFalse();
        assertThat(said.isSealedFor(HubName.of("other.plant.example"), GATEWAY)).isFalse();
        assertThat(new BoxStatement(18, 4, RUN, said.seal()).isSealedFor(HUB, GATEWAY))
                .isFalse();
        assertThat(new BoxStatement(17, 5, RUN, said.seal()).isSealedFor(HUB, GATEWAY))
                .isFalse();
        assertThat(new BoxStatement(17, 4, RUN.replace('A', 'B'), said.seal()).isSealedFor(HUB, GATEWAY))
                .isFalse();
    }

    @Test
    void aSealThatIsNoSignatureIsNone() {
        var seal = new BoxStatement.Seal(Bytes.utf8("no key"), Bytes.utf8("no signature"));

        assertThat(new BoxStatement(1, 1, RUN, Optional.of(seal)).isSealedFor(HUB, GATEWAY))
                .isFalse();
        assertThat(new BoxStatement(1, 1, RUN, Optional.empty()).isSealedFor(HUB, GATEWAY))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"counter\":0,\"boots\":1,\"run\":\"AAAAAAAAAAAAAAAAAAAAAA\"}",
                "{\"counter\":1,\"boots\":-1,\"run\":\"AAAAAAAAAAAAAAAAAAAAAA\"}",
                "{\"counter\":1.5,\"boots\":1,\"run\":\"AAAAAAAAAAAAAAAAAAAAAA\"}",
                "{\"counter\":99999999999999999999,\"boots\":1,\"run\":\"AAAAAAAAAAAAAAAAAAAAAA\"}",
                "{\"counter\":1,\"boots\":1,\"run\":\"short\"}",
                "{\"counter\":1,\"boots\":1,\"run\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"key\":\"AAAA\"}",
                "{\"counter\":1,\"boots\":1,\"run\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"key\":\"!\",\"signature\":\"AAAA\"}"
            })
    void whatIsNoStatementIsRefused(String text) {
        assertThatThrownBy(() -> BoxStatement.of(Json.parseObject(text))).isInstanceOf(IllegalArgumentException.class);
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static BoxStatement sealed(KeyPair keys, long counter, long boots) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(keys.getPrivate());
        signer.update(BoxStatement.toSign(HUB, GATEWAY, counter, boots, RUN).toArray());
        var seal = new BoxStatement.Seal(Bytes.of(keys.getPublic().getEncoded()), Bytes.of(signer.sign()));
        return new BoxStatement(counter, boots, RUN, Optional.of(seal));
    }
}
