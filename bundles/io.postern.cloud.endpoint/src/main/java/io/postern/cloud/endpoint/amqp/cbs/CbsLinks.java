// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.cbs;

import io.postern.cloud.endpoint.amqp.AmqpBody;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AnswerNode;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.LinkRequest;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The node {@code $cbs} of one connection (HUB-13): a client puts tokens there, as many as it has devices, and puts a
 * fresh one before the old one ends. Owned by the connection's own virtual thread.
 *
 * <p>An answer has {@code status-code} and {@code status-description}.
 */
public final class CbsLinks {
    private static final String ADDRESS = "$cbs";
    private static final Set<String> TYPES = Set.of("servicebus.windows.net:sastoken", "sastoken");
    private static final int LARGEST = 8 * 1024; // a token has 4 KB at most
    private static final int CREDIT = 32; // clients of many devices put one token after the other

    private final TokenDesk desk;
    private final Refusals refusals;
    private final AnswerNode node;

    public CbsLinks(TokenDesk desk, Refusals refusals) {
        this.desk = desk;
        this.refusals = refusals;
        this.node = new AnswerNode(ADDRESS, CREDIT, LARGEST, this::decide, refusals);
    }

    /** Attaches a link to the node; empty when the address is another. Whoever is here only is still a stranger. */
    public Optional<LinkAnswer> attach(LinkRequest request) {
        return node.attach(request);
    }

    private AmqpMessage decide(AmqpMessage request) {
        try {
            return switch (desk.put(audience(request), token(request))) {
                case TokenDesk.Verdict.Accepted() -> answer(200, "OK");
                case TokenDesk.Verdict.Refused(int status, String reason) -> refused(status, reason);
            };
        } catch (IllegalArgumentException e) {
            return refused(400, String.valueOf(e.getMessage()));
        } catch (DatabaseException e) {
            refusals.failed(e);
            return answer(500, "the service failed");
        }
    }

    private static ResourceUri audience(AmqpMessage request) {
        String operation = request.text("operation").orElse("");
        if (!operation.equals("put-token")) {
            throw new IllegalArgumentException(
                    "the application property operation is put-token, not \"" + Shown.of(operation) + "\"");
        }
        String type = request.text("type").orElse("");
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException(
                    "the application property type is servicebus.windows.net:sastoken, not \"" + Shown.of(type) + "\"");
        }
        String name = request.text("name")
                .orElseThrow(() -> new IllegalArgumentException("the application property name says what it is for"));
        return ResourceUri.decode(name.replaceFirst("(?i)^(amqps?|sb|https)(://|%3a%2f%2f)", ""));
    }

    private static SasToken token(AmqpMessage request) {
        if (request.body() instanceof AmqpBody.Value(String text)) {
            return SasToken.parse(text);
        }
        throw new IllegalArgumentException("the body is an AmqpValue with the token as text");
    }

    private AmqpMessage refused(int status, String reason) {
        String told =
                switch (status) {
                    case 400 -> "bad request: " + reason;
                    case 404 -> "there is no such device";
                    default -> "not authorised";
                };
        return answer(status, refusals.withTrackingId(told, status, "token put for nothing: " + reason));
    }

    private static AmqpMessage answer(int status, String description) {
        return new AmqpMessage(
                Map.of(),
                Map.of(),
                Map.of("status-code", status, "status-description", description),
                new AmqpBody.Value(""));
    }
}
