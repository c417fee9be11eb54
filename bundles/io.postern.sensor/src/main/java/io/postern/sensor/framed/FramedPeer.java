// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.Measurement;
import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The instrument's end of the line, for simulators: what it says by itself, and what it answers. Owned by one thread. */
public final class FramedPeer {
    // more than any question has
    private static final int MOST_HEARD = 512;

    /**
     * What an instrument does when it has heard something.
     *
     * @param answers frames to send, in order
     * @param ordered the order that was understood, and the text that stood for its value
     */
    public record Reaction(List<Bytes> answers, Optional<Ordered> ordered) {
        static final Reaction NONE = new Reaction(List.of(), Optional.empty());

        public Reaction {
            answers = List.copyOf(answers);
        }
    }

    /** @param value empty when the order has none */
    public record Ordered(FramedOrder order, String value) {}

    private final FramedMapping mapping;
    private final String address;
    private String heard = "";
    private Optional<String> said = Optional.empty();

    public FramedPeer(FramedMapping mapping, String address) {
        this.mapping = mapping;
        this.address = address;
    }

    /** The frames it says without being asked, one of each kind. */
    public List<Bytes> talk(Map<String, Measurement> values) {
        return mapping.kinds().values().stream()
                .filter(kind -> kind.ask().isEmpty())
                .map(kind -> mapping.encode(kind, values))
                .toList();
    }

    /** Hears what the other end says, in any chunks; what it does not understand it forgets. */
    public Reaction hear(byte[] octets, int count, Map<String, Measurement> values) {
        List<Bytes> answers = new ArrayList<>();
        Optional<Ordered> ordered = Optional.empty();
        for (int i = 0; i < count; i++) {
            heard += (char) (octets[i] & 0xFF);
            Reaction reaction = understood(values);
            answers.addAll(reaction.answers());
            ordered = reaction.ordered().or(orderedSoFar(ordered));
            if (heard.length() > MOST_HEARD) {
                heard = heard.substring(heard.length() - MOST_HEARD / 2);
            }
        }
        return new Reaction(answers, ordered);
    }

    private static java.util.function.Supplier<Optional<Ordered>> orderedSoFar(Optional<Ordered> ordered) {
        return () -> ordered;
    }

    private Reaction understood(Map<String, Measurement> values) {
        for (FrameKind kind : mapping.kinds().values()) {
            Optional<Bytes> question = kind.question(address);
            if (question.isPresent()
                    && heard.endsWith(Locator.text(question.get()))
                    && (kind.after().isEmpty() || kind.after().equals(said))) {
                heard = "";
                said = Optional.of(kind.name());
                return new Reaction(List.of(mapping.encode(kind, values)), Optional.empty());
            }
        }
        for (FramedOrder order : mapping.orders().values()) {
            Optional<String> value = valueOf(order);
            if (value.isPresent()) {
                heard = "";
                List<Bytes> answers = order.answer()
                        .map(answer -> List.of(answer.format().build(answer.sample())))
                        .orElse(List.of());
                return new Reaction(answers, Optional.of(new Ordered(order, value.get())));
            }
        }
        return Reaction.NONE;
    }

    /** What stands where the order has its value, when what was heard ends with the order. */
    private Optional<String> valueOf(FramedOrder order) {
        String form = Locator.text(FrameKind.addressed(order.send(), address));
        int hole = form.indexOf(FramedOrder.VALUE);
        if (hole < 0) {
            return heard.endsWith(form) ? Optional.of("") : Optional.empty();
        }
        String before = form.substring(0, hole);
        String behind = form.substring(hole + FramedOrder.VALUE.length());
        int from = heard.lastIndexOf(before);
        boolean whole = from >= 0
                && !behind.isEmpty()
                && heard.endsWith(behind)
                && heard.length() - behind.length() > from + before.length();
        return whole
                ? Optional.of(heard.substring(from + before.length(), heard.length() - behind.length()))
                : Optional.empty();
    }
}
