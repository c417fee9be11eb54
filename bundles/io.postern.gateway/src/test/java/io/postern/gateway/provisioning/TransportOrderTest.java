// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static io.postern.gateway.spi.Transport.AMQP;
import static io.postern.gateway.spi.Transport.AMQP_WS;
import static io.postern.gateway.spi.Transport.HTTPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.provisioning.TransportOrder.Experience;
import io.postern.gateway.spi.Transport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportOrderTest {
    private static final TransportOrder ORDER = new TransportOrder(List.of(AMQP, AMQP_WS, HTTPS));

    @ParameterizedTest
    @CsvSource({
        "AMQP,    worked, 0,    AMQP AMQP_WS HTTPS",
        "AMQP_WS, worked, 0,    AMQP_WS AMQP HTTPS",
        "HTTPS,   worked, 3599, HTTPS AMQP AMQP_WS",
        "HTTPS,   worked, 3600, AMQP AMQP_WS HTTPS", // the preferred one gets another chance
        "AMQP,    broke,  0,    AMQP_WS HTTPS AMQP",
        "AMQP_WS, broke,  3599, AMQP HTTPS AMQP_WS",
        "AMQP,    broke,  3600, AMQP AMQP_WS HTTPS",
        "MQTT,    worked, 0,    AMQP AMQP_WS HTTPS", // not among them any more
    })
    void whatWorkedComesFirstAndWhatBrokeComesLastUntilThatIsOld(
            Transport last, String how, int seconds, String expected) {
        var experience = new Experience(last, how.equals("worked"), Duration.ofSeconds(seconds));

        assertThat(ORDER.after(Optional.of(experience)))
                .containsExactlyElementsOf(Arrays.stream(expected.split(" "))
                        .map(Transport::valueOf)
                        .toList());
    }

    @Test
    void withoutExperienceThePreferredOrderHolds() {
        assertThat(ORDER.after(Optional.empty())).containsExactly(AMQP, AMQP_WS, HTTPS);
    }

    @Test
    void aTransportIsTriedOnceAndThereIsOne() {
        assertThatThrownBy(() -> new TransportOrder(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TransportOrder(List.of(AMQP, AMQP))).isInstanceOf(IllegalArgumentException.class);
    }
}
