// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/** The library's values as ours and back. What has no other form in Java stays as it is. */
final class Values {
    private Values() {}

    /** Symbols as texts, octets as {@link Bytes}, times as instants, unsigned numbers as signed ones of more room. */
    static Object ours(Object value) {
        return switch (value) {
            case Symbol symbol -> symbol.toString();
            case Binary binary -> bytes(binary);
            case Date date -> date.toInstant();
            case UnsignedByte number -> number.intValue();
            case UnsignedShort number -> number.intValue();
            case UnsignedInteger number -> number.longValue();
            case UnsignedLong number -> number.longValue();
            case DescribedType described when described.getDescribed() != null -> ours(described.getDescribed());
            case Map<?, ?> map -> ours(map);
            case List<?> list ->
                list.stream().filter(each -> each != null).map(Values::ours).toList();
            default -> value;
        };
    }

    /** A map by texts; what has no name or no value is left out. */
    static Map<String, Object> ours(@Nullable Map<?, ?> map) {
        Map<String, Object> ours = new LinkedHashMap<>();
        if (map != null) {
            map.forEach((key, value) -> {
                if (key != null && value != null) {
                    ours.put(key.toString(), ours(value));
                }
            });
        }
        return ours;
    }

    static Object theirs(Object value) {
        return switch (value) {
            case Bytes bytes -> new Binary(bytes.toArray());
            case Instant instant -> Date.from(instant);
            case Map<?, ?> map -> {
                Map<Object, Object> theirs = new LinkedHashMap<>();
                map.forEach((key, each) -> theirs.put(key, theirs(each)));
                yield theirs;
            }
            case List<?> list -> list.stream().map(Values::theirs).toList();
            default -> value;
        };
    }

    static Map<Symbol, Object> symbols(Map<String, Object> map) {
        Map<Symbol, Object> symbols = new LinkedHashMap<>();
        map.forEach((key, value) -> symbols.put(Symbol.valueOf(key), theirs(value)));
        return symbols;
    }

    static Bytes bytes(Binary binary) {
        byte[] octets = new byte[binary.getLength()];
        System.arraycopy(binary.getArray(), binary.getArrayOffset(), octets, 0, octets.length);
        return Bytes.of(octets);
    }
}
