// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static io.postern.cloud.tokens.TokenFixture.GATEWAY;
import static io.postern.cloud.tokens.TokenFixture.HUB;
import static io.postern.cloud.tokens.TokenFixture.LEAF;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.box.BoxStatement;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopiedGatewayTest {
    private static final String RUN = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final String OTHER_RUN = "BBBBBBBBBBBBBBBBBBBBBB";

    @TempDir
    private Path directory;

    private TokenFixture fixture;
    private KeyPair tpm;
    private KeyPair otherTpm;

    @BeforeEach
    void aGatewayWithALeaf() throws Exception {
        fixture = new TokenFixture(directory, NewLeafPolicy.OFF);
        fixture.make(LEAF);
        fixture.assign(LEAF, GATEWAY);
        tpm = keys();
        otherTpm = keys();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("SEC-02")
    void ofTwoBoxesWithOneDiskTheOneWithTheTpmKeepsRunningAndBothAreFlagged() throws Exception {
        assertThat(ask(sealed(tpm, 7, RUN))).isInstanceOf(TokenDecision.Granted.class);

        assertThat(reason(ask(new BoxStatement(8, 3, OTHER_RUN, Optional.empty()))))
                .isEqualTo(Refusal.COPIED_GATEWAY);
        assertThat(reason(ask(sealed(otherTpm, 90, OTHER_RUN)))).isEqualTo(Refusal.COPIED_GATEWAY);

        assertThat(ask(sealed(tpm, 7, RUN)))
                .isInstanceOfSatisfying(TokenDecision.Granted.class, granted -> assertThat(granted.copies())
                        .isEqualTo(2));
        assertThat(box().copies()).isEqualTo(2);
        assertThat(box().lastCopy())
                .hasValueSatisfying(copy -> assertThat(copy.why()).contains("another TPM"));
        assertThat(box().name()).isEqualTo(sealed(tpm, 7, RUN).boxName());
    }

    @Test
    void twoBoxesWithoutATpmGoOnAndAreFlagged() {
        assertThat(ask(new BoxStatement(5, 1, RUN, Optional.empty()))).isInstanceOf(TokenDecision.Granted.class);
        assertThat(box().copies()).isZero();

        assertThat(ask(new BoxStatement(5, 1, OTHER_RUN, Optional.empty()))).isInstanceOf(TokenDecision.Granted.class);

        assertThat(box().copies()).isEqualTo(1);
    }

    @Test
    void aCopyThatAsksOnAndOnIsOneNoteAMinute() throws Exception {
        ask(sealed(tpm, 7, RUN));
        for (int i = 0; i < 20; i++) {
            ask(sealed(otherTpm, 90, OTHER_RUN));
        }
        assertThat(box().copies()).isEqualTo(1);

        fixture.clock.advance(Duration.ofMinutes(2));
        ask(sealed(otherTpm, 90, OTHER_RUN));
        assertThat(box().copies()).isEqualTo(2);
    }

    @Test
    void anExchangedBoardIsTakenOnceAnOperatorHasSaidSo() throws Exception {
        ask(sealed(tpm, 7, RUN));
        assertThat(reason(ask(sealed(otherTpm, 1, OTHER_RUN)))).isEqualTo(Refusal.COPIED_GATEWAY);

        assertThat(fixture.service.boxes().forget(GATEWAY)).isTrue();

        assertThat(ask(sealed(otherTpm, 1, OTHER_RUN))).isInstanceOf(TokenDecision.Granted.class);
        assertThat(reason(ask(sealed(tpm, 8, RUN)))).isEqualTo(Refusal.COPIED_GATEWAY);
    }

    @Test
    void aGatewayThatWasMadeAnewIsMetAnew() throws Exception {
        ask(sealed(tpm, 7, RUN));
        fixture.hub.identities().delete(GATEWAY, IfMatch.ANY);
        fixture.clock.advance(Duration.ofDays(30));
        fixture.hub.identities().create(IdentityDraft.of(GATEWAY));

        assertThat(ask(sealed(otherTpm, 1, OTHER_RUN))).isInstanceOf(TokenDecision.Granted.class);
    }

    @Test
    void otherProgramsThatSayNothingOfABoxAreServedAsBefore() {
        assertThat(fixture.granted(GATEWAY, LEAF)).isNotNull();
        assertThat(fixture.service.boxes().listAfter("", 10)).isEmpty();
    }

    @Test
    void whatIsKnownOutlivesARestart() throws Exception {
        ask(sealed(tpm, 7, RUN));
        fixture.service.close();
        fixture.service = fixture.start(NewLeafPolicy.OFF);

        assertThat(reason(ask(sealed(otherTpm, 90, OTHER_RUN)))).isEqualTo(Refusal.COPIED_GATEWAY);
        assertThat(fixture.service.boxes().listAfter("", 10))
                .extracting(BoxRegister.Box::gateway)
                .containsExactly(GATEWAY);
    }

    private BoxRegister.Box box() {
        return fixture.service.boxes().find(GATEWAY).orElseThrow();
    }

    private TokenDecision ask(BoxStatement said) {
        return fixture.service.issue(fixture.tokenOf(GATEWAY), new LeafQuestion(LEAF, Optional.of(said)));
    }

    private static Refusal reason(TokenDecision decision) {
        return ((TokenDecision.Refused) decision).reason();
    }

    private static BoxStatement sealed(KeyPair keys, long counter, String run) throws Exception {
        DeviceId gateway = GATEWAY;
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(keys.getPrivate());
        signer.update(BoxStatement.toSign(HUB, gateway, counter, 3, run).toArray());
        var seal = new BoxStatement.Seal(Bytes.of(keys.getPublic().getEncoded()), Bytes.of(signer.sign()));
        return new BoxStatement(counter, 3, run, Optional.of(seal));
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }
}
