// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** The few DER encodings a signature and a certificate request are made of (X.690, 8 and 10). */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTF8_STRING = 0x0C;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;

    private Der() {}

    static Bytes sequence(Bytes... parts) {
        return value(SEQUENCE, Bytes.concat(parts));
    }

    static Bytes set(Bytes part) {
        return value(SET, part);
    }

    /** @param magnitude unsigned, most significant octet first */
    static Bytes integer(byte[] magnitude) {
        return value(INTEGER, Bytes.of(new BigInteger(1, magnitude).toByteArray()));
    }

    static Bytes utf8(String text) {
        return value(UTF8_STRING, Bytes.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    static Bytes bitString(byte[] octets) {
        return value(BIT_STRING, Bytes.concat(Bytes.of((byte) 0), Bytes.of(octets))); // no unused bits
    }

    static Bytes value(int tag, Bytes content) {
        var out = new ByteArrayOutputStream(content.length() + 4);
        out.write(tag);
        int length = content.length();
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else if (length < 0x1_0000) {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        } else {
            throw new IllegalArgumentException("nothing here is as long as " + length + " octets");
        }
        out.writeBytes(content.toArray());
        return Bytes.of(out.toByteArray());
    }
}
