// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import java.util.List;

/** What a message carries. spec: AMQP 1.0 Part 3, 3.2.6 */
public sealed interface AmqpBody {

    /** The octets of data, or a text as UTF-8; empty when it has neither. */
    Bytes octets();

    /** One or more Data sections, as one. */
    record Data(Bytes octets) implements AmqpBody {}

    /** An AmqpValue section: a text, number, boolean, UUID, {@link Bytes}, instant, or a list or map of such. */
    record Value(Object value) implements AmqpBody {
        @Override
        public Bytes octets() {
            return switch (value) {
                case String text -> Bytes.utf8(text);
                case Bytes bytes -> bytes;
                default -> Bytes.EMPTY;
            };
        }
    }

    /** Several messages in one transfer of Microsoft's message format 0x80013700, each in a Data section. */
    record Batch(List<AmqpMessage> messages) implements AmqpBody {
        public Batch {
            messages = List.copyOf(messages);
        }

        @Override
        public Bytes octets() {
            return Bytes.EMPTY;
        }
    }

    /** Nothing, or a section that none of our services reads. */
    record None() implements AmqpBody {
        @Override
        public Bytes octets() {
            return Bytes.EMPTY;
        }
    }
}
