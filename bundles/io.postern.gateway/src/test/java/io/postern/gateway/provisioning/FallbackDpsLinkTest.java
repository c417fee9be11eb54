// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static io.postern.gateway.spi.Transport.AMQP;
import static io.postern.gateway.spi.Transport.HTTPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FallbackDpsLinkTest {
    private static final IdScope SCOPE = IdScope.of("0ne000LAB");
    private static final RegistrationRequest REQUEST =
            new RegistrationRequest(RegistrationId.of("gw-1"), Optional.empty(), Optional.empty());
    private static final RegistrationReply WAIT = new RegistrationReply.Assigning("5.op", Duration.ofSeconds(3));
    private static final RegistrationReply NO = new RegistrationReply.Denied(401, "unknown");

    private final ScriptedDpsLink amqp = new ScriptedDpsLink();
    private final ScriptedDpsLink https = new ScriptedDpsLink();
    private final List<TransportUse> uses = new ArrayList<>();
    private final List<Transport> made = new ArrayList<>();
    private long now;
    private final FallbackDpsLink link =
            new FallbackDpsLink.OfNonce(new TransportOrder(List.of(AMQP, HTTPS)), links(), uses::add, () -> now);

    private Map<Transport, Supplier<NonceDpsLink>> links() {
        Map<Transport, Supplier<NonceDpsLink>> links = new EnumMap<>(Transport.class);
        links.put(AMQP, () -> made(AMQP, amqp));
        links.put(HTTPS, () -> made(HTTPS, https));
        return links;
    }

    private NonceDpsLink made(Transport transport, NonceDpsLink link) {
        made.add(transport);
        return link;
    }

    @Test
    void whatIsNotNeededIsNotEvenMade() throws IOException {
        amqp.replies(WAIT, WAIT);

        register();
        link.leave();
        register();

        assertThat(made).containsExactly(AMQP);
        assertThat(uses.getFirst()).isEqualTo(new TransportUse(Optional.of(AMQP), List.of()));
    }

    @Test
    void aBlockedPortIsPassedOverAndTheReasonTold() throws IOException {
        amqp.fails(blocked("5671 is closed"));
        https.replies(WAIT, NO);

        assertThat(register()).isEqualTo(WAIT);
        assertThat(status()).isEqualTo(NO);

        assertThat(uses)
                .containsExactly(new TransportUse(
                        Optional.of(HTTPS), List.of(new TransportUse.Blocked(AMQP, "5671 is closed"))));
        assertThat(amqp.left()).isEqualTo(1);
    }

    @Test
    void aRefusalIsAnAnswerAndNoReasonToAskElsewhere() throws IOException {
        amqp.replies(NO);

        assertThat(register()).isEqualTo(NO);
        assertThat(made).containsExactly(AMQP);
    }

    @Test
    void whatWorkedIsTriedFirstUntilThePreferredOneGetsAnotherChance() throws IOException {
        amqp.fails(blocked("closed"));
        https.replies(WAIT, WAIT);
        register();
        link.leave();
        register();
        link.leave();
        assertThat(amqp.asked()).hasSize(1);

        now += TransportOrder.MEMORY.toNanos();
        amqp.replies(WAIT);
        register();

        assertThat(uses.getLast().used()).contains(AMQP);
    }

    @Test
    void anAttemptThatBrokeStaysWhereItWasAndTheNextBeginsElsewhere() throws IOException {
        amqp.replies(WAIT).fails(blocked("cut off"));
        https.replies(WAIT);
        register();

        assertThatThrownBy(this::status).hasMessage("cut off");
        assertThat(https.asked()).isEmpty();
        link.leave();
        register();

        assertThat(uses.getLast().used()).contains(HTTPS);
    }

    @Test
    void whenNothingGetsThroughAllReasonsAreNamed() {
        amqp.fails(blocked("5671 is closed"));
        https.fails(blocked("443 is closed"));

        assertThatThrownBy(this::register)
                .isInstanceOf(UnreachableException.class)
                .hasMessage("amqp: 5671 is closed; https: 443 is closed");
        assertThat(uses.getLast().used()).isEmpty();
        assertThat(uses.getLast().blocked()).hasSize(2);
    }

    private RegistrationReply register() throws IOException {
        return link.register(SCOPE, REQUEST, Optional.empty());
    }

    private RegistrationReply status() throws IOException {
        return link.status(SCOPE, REQUEST.registrationId(), "5.op", Optional.empty());
    }

    private static UnreachableException blocked(String why) {
        return new UnreachableException(why, new IOException());
    }
}
