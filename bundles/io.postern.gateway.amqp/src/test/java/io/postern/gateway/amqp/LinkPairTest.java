// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.spi.OrderQueue;
import io.postern.wire.HubName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.engine.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A hub may detach the second link of a pair when there is a new pair already: that one is not to go with it. */
@SuppressWarnings("NullAway.Init") // set before each test
class LinkPairTest {
    private final Session session = Proton.connection().session();
    private final List<IOException> gone = new ArrayList<>();
    private ScriptedHub hub;
    private HubConnection connection;

    @BeforeEach
    void start() throws Exception {
        hub = new ScriptedHub();
        connection = HubConnection.open(
                hub.dial(), "here", HubName.of("hub.amqp.test"), true, new UUID(1, 2), AmqpPatience.DEFAULT);
    }

    @AfterEach
    void stop() throws IOException {
        connection.close();
        hub.close();
    }

    @Test
    void methodsGoOnce() {
        var methods = new MethodLinks(
                connection, session, terms("methods/devicebound"), new OrderQueue(), new Answer<>(), gone::add);
        methods.detached(null);
        methods.detached(null);
        assertThat(gone).hasSize(1);
    }

    @Test
    void questionsGoOnce() {
        var questions = new Questions(connection, session, terms("twin"), 100, _ -> {}, gone::add);
        questions.detached(null);
        questions.detached(null);
        assertThat(gone).hasSize(1);
    }

    private static LinkTerms terms(String end) {
        return new LinkTerms("/devices/meter-1/" + end, end, Map.of());
    }
}
