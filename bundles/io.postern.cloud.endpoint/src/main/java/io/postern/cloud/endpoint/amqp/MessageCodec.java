// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.wire.Bytes;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Messages to octets and back. Decoders are kept per thread, so this belongs on event loops, of which there are few. */
final class MessageCodec {
    static final int BATCH = 0x80013700; // Microsoft's message format of several messages in one transfer

    private static final int AROUND_BODY = 1024; // properties of our answers take a tenth of it
    private static final int MOST_IN_BATCH = 512; // 256 KB are that many messages of half a KB

    private static final ThreadLocal<DecoderImpl> DECODER = ThreadLocal.withInitial(() -> {
        var decoder = new DecoderImpl();
        AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
        return decoder;
    });

    private MessageCodec() {}

    /**
     * Reads one message, or a batch of them.
     *
     * @throws IllegalArgumentException when the octets are no message, or one with body sections that do not go together
     */
    static AmqpMessage decode(byte[] octets, int format) {
        Sections sections;
        try {
            sections = Sections.read(octets);
        } catch (RuntimeException | StackOverflowError e) { // the library's decoder follows every nesting
            throw new IllegalArgumentException("the octets of a transfer are no AMQP message: " + e, e);
        }
        return sections.message(format == BATCH ? sections.batch() : sections.body());
    }

    static ReadableBuffer encode(AmqpMessage message) {
        Message out = Message.Factory.create();
        if (!message.standard().isEmpty()) {
            out.setProperties(properties(message.standard()));
        }
        if (!message.annotations().isEmpty()) {
            out.setMessageAnnotations(new MessageAnnotations(Values.symbols(message.annotations())));
        }
        if (!message.properties().isEmpty()) {
            Map<String, Object> theirs = new LinkedHashMap<>();
            message.properties().forEach((key, value) -> theirs.put(key, Values.theirs(value)));
            out.setApplicationProperties(new ApplicationProperties(theirs));
        }
        switch (message.body()) {
            case AmqpBody.Data(Bytes octets) -> out.setBody(new Data(new Binary(octets.toArray())));
            case AmqpBody.Value(Object value) -> out.setBody(new AmqpValue(Values.theirs(value)));
            case AmqpBody.None() -> out.setBody(new Data(new Binary(new byte[0])));
            case AmqpBody.Batch _ -> throw new IllegalArgumentException("nothing is sent in batches");
        }
        return encode(out, message.octets().length() + AROUND_BODY);
    }

    private static ReadableBuffer encode(Message out, int guess) {
        for (int size = guess; ; size *= 2) {
            byte[] room = new byte[size];
            try {
                return ReadableBuffer.ByteBufferReader.wrap(ByteBuffer.wrap(room, 0, out.encode(room, 0, size)));
            } catch (BufferOverflowException _) {
                // more properties than were guessed
            }
        }
    }

    private static Properties properties(Map<Standard, Object> standard) {
        var section = new Properties();
        standard.forEach((member, value) -> {
            switch (member) {
                case MESSAGE_ID -> section.setMessageId(value);
                case USER_ID -> section.setUserId(new Binary(((Bytes) value).toArray()));
                case TO -> section.setTo((String) value);
                case SUBJECT -> section.setSubject((String) value);
                case REPLY_TO -> section.setReplyTo((String) value);
                case CORRELATION_ID -> section.setCorrelationId(value);
                case CONTENT_TYPE -> section.setContentType(org.apache.qpid.proton.amqp.Symbol.valueOf((String) value));
                case CONTENT_ENCODING ->
                    section.setContentEncoding(org.apache.qpid.proton.amqp.Symbol.valueOf((String) value));
                case EXPIRES -> section.setAbsoluteExpiryTime(Date.from((Instant) value));
                case CREATED -> section.setCreationTime(Date.from((Instant) value));
                case GROUP_ID -> section.setGroupId((String) value);
            }
        });
        return section;
    }

    /** The sections of one message, as they came. */
    private record Sections(
            Map<Standard, Object> standard,
            Map<String, Object> annotations,
            Map<String, Object> properties,
            List<Section> bodies) {

        static Sections read(byte[] octets) {
            DecoderImpl decoder = DECODER.get();
            ReadableBuffer buffer = ReadableBuffer.ByteBufferReader.wrap(octets);
            decoder.setBuffer(buffer);
            var sections =
                    new Sections(new EnumMap<>(Standard.class), new HashMap<>(), new HashMap<>(), new ArrayList<>());
            try {
                while (buffer.hasRemaining()) {
                    sections.add((Section) decoder.readObject());
                }
            } finally {
                decoder.setBuffer(null);
            }
            return sections;
        }

        private void add(@Nullable Section section) {
            switch (section) {
                case Properties standards -> put(standards);
                case MessageAnnotations annotated -> annotations.putAll(Values.ours(annotated.getValue()));
                case ApplicationProperties applied -> properties.putAll(Values.ours(applied.getValue()));
                case Data data -> addBody(data);
                case AmqpValue value -> addBody(value);
                case null -> throw new IllegalArgumentException("a section that is null");
                default -> {
                    // header, delivery annotations, footer, sequences: none of our services reads them
                }
            }
        }

        private void addBody(Section body) {
            if (bodies.size() >= MOST_IN_BATCH) {
                throw new IllegalArgumentException("more than " + MOST_IN_BATCH + " body sections in one message");
            }
            bodies.add(body);
        }

        private void put(Properties section) {
            put(Standard.MESSAGE_ID, section.getMessageId());
            put(Standard.USER_ID, section.getUserId() == null ? null : Values.bytes(section.getUserId()));
            put(Standard.TO, section.getTo());
            put(Standard.SUBJECT, section.getSubject());
            put(Standard.REPLY_TO, section.getReplyTo());
            put(Standard.CORRELATION_ID, section.getCorrelationId());
            put(Standard.CONTENT_TYPE, text(section.getContentType()));
            put(Standard.CONTENT_ENCODING, text(section.getContentEncoding()));
            put(Standard.EXPIRES, time(section.getAbsoluteExpiryTime()));
            put(Standard.CREATED, time(section.getCreationTime()));
            put(Standard.GROUP_ID, section.getGroupId());
        }

        private void put(Standard member, @Nullable Object value) {
            if (value != null) {
                standard.put(member, value);
            }
        }

        private static @Nullable String text(@Nullable Object symbol) {
            return symbol == null ? null : symbol.toString();
        }

        private static @Nullable Instant time(@Nullable Date date) {
            return date == null ? null : date.toInstant();
        }

        AmqpMessage message(AmqpBody body) {
            return new AmqpMessage(standard, annotations, properties, body);
        }

        AmqpBody body() {
            if (bodies.size() == 1 && bodies.getFirst() instanceof AmqpValue value && value.getValue() != null) {
                return new AmqpBody.Value(Values.ours(value.getValue()));
            }
            if (bodies.size() > 1 && bodies.stream().anyMatch(AmqpValue.class::isInstance)) {
                throw new IllegalArgumentException("a message has more than one body section");
            }
            Bytes[] parts = data();
            return parts.length == 0 ? new AmqpBody.None() : new AmqpBody.Data(Bytes.concat(parts));
        }

        AmqpBody batch() {
            List<AmqpMessage> messages = new ArrayList<>();
            for (Bytes each : data()) {
                messages.add(decode(each.toArray(), 0));
            }
            return new AmqpBody.Batch(messages);
        }

        private Bytes[] data() {
            return bodies.stream()
                    .filter(each -> each instanceof Data data && data.getValue() != null)
                    .map(each -> Values.bytes(((Data) each).getValue()))
                    .toArray(Bytes[]::new);
        }
    }
}
