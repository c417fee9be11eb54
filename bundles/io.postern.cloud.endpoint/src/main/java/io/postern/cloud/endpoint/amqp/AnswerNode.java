// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A node where a client asks over one link and is answered over another ({@code $cbs}, {@code $management}). An answer
 * goes over the receiving link that was attached last, with the id of the question in the type it came in. Whoever is
 * here only is still a stranger. Owned by the connection's own virtual thread.
 */
public final class AnswerNode implements LinkAnswer.Taker {
    private final String address;
    private final int credit;
    private final int mostOctets;
    private final UnaryOperator<AmqpMessage> desk;
    private final Refusals refusals;
    private final ReturnLink answers = new ReturnLink();

    /**
     * @param credit how many questions may be on their way
     * @param mostOctets the largest question
     * @param desk makes the answer, but for its correlation id; must not throw
     */
    public AnswerNode(String address, int credit, int mostOctets, UnaryOperator<AmqpMessage> desk, Refusals refusals) {
        this.address = address;
        this.credit = credit;
        this.mostOctets = mostOctets;
        this.desk = desk;
        this.refusals = refusals;
    }

    /** Attaches a link to the node; empty when the address is another. */
    public Optional<LinkAnswer> attach(LinkRequest request) {
        if (!request.address().equals(address)) {
            return Optional.empty();
        }
        return Optional.of(
                switch (request.direction()) {
                    case CLIENT_SENDS -> new LinkAnswer.Taking(this, credit, mostOctets, LinkTerms.USUAL.ofStranger());
                    case CLIENT_RECEIVES -> new LinkAnswer.Giving(answers, LinkTerms.USUAL.ofStranger());
                });
    }

    @Override
    public MessageOutcome take(AmqpMessage question) {
        return answers.offer(desk.apply(question).answering(question))
                ? new MessageOutcome.Accepted()
                : new MessageOutcome.Rejected(refusals.untaken());
    }
}
