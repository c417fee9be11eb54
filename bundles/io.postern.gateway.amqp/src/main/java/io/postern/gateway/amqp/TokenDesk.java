// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import java.io.IOException;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.message.Message;

/** Where the tokens of all devices on a connection are put (HUB-13), many at once. Of the connection's thread. */
final class TokenDesk {
    private static final String ADDRESS = "$cbs";
    private static final int LARGEST_ANSWER = 8 * 1024; // a status and a sentence
    private static final String PUT = "put-token";
    private static final String TYPE = "servicebus.windows.net:sastoken";

    private final HubName hub;
    private final Questions questions;

    TokenDesk(HubConnection connection, HubName hub) {
        this.hub = hub;
        Session session = connection.engine().connection().session();
        session.setContext(this);
        session.open();
        questions = new Questions(
                connection,
                session,
                new LinkTerms(ADDRESS, "cbs", DeviceLinks.API_VERSION),
                LARGEST_ANSWER,
                _ -> {},
                why -> connection.post(() -> {
                    throw why; // no device can prove itself any more
                }));
    }

    /** Puts {@code token}; the answer fails with a {@link NotAuthorizedException} when the hub does not accept it. */
    void put(DeviceId device, SasToken token, Answer<Boolean> verdict) {
        Message message = Message.Factory.create();
        message.setAddress(ADDRESS);
        message.setReplyTo("cbs");
        message.setApplicationProperties(new ApplicationProperties(Map.of(
                "operation",
                PUT,
                "type",
                TYPE,
                "name",
                ResourceUri.device(hub, device).encoded())));
        try (Secret text = token.text()) {
            message.setBody(new AmqpValue(text.revealUtf8()));
        }
        var answer = new Answer<Received>();
        answer.whenThere(received -> decide(device, received, verdict), verdict::fail);
        questions.ask(message, answer);
    }

    private void decide(DeviceId device, Received answer, Answer<Boolean> verdict) {
        int status = answer.property("status-code").orElse(0) instanceof Number number ? number.intValue() : 0;
        if (status >= 200 && status < 300) {
            verdict.bring(true);
            return;
        }
        String reason = "the hub at " + hub + " does not accept the token of " + device + ": " + status + " "
                + answer.property("status-description")
                        .map(text -> Shown.of(text.toString()))
                        .orElse("");
        verdict.fail(HubRefusal.ofStatus(
                status, reason, answer.property("retry-after").flatMap(AmqpRefusal::seconds)));
    }

    boolean hangsSince(long deadline) {
        return questions.out().hangsSince(deadline);
    }

    void end(IOException why) {
        questions.end(why);
    }
}
