// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An immutable run of octets with content equality. Public material only: what must stay secret is a {@link Secret}.
 */
public final class Bytes {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] octets;

    private Bytes(byte[] octets) {
        this.octets = octets;
    }

    /** A copy of {@code octets}. */
    public static Bytes of(byte... octets) {
        return octets.length == 0 ? EMPTY : new Bytes(octets.clone());
    }

    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IllegalArgumentException when {@code text} is not an even number of hexadecimal digits */
    public static Bytes hex(String text) {
        return new Bytes(HexFormat.of().parseHex(text));
    }

    /** @throws IllegalArgumentException when {@code text} is not base64 (RFC 4648, 4) */
    public static Bytes base64(String text) {
        return new Bytes(Base64.getDecoder().decode(text));
    }

    public static Bytes concat(Bytes... parts) {
        var all = new ByteArrayOutputStream();
        for (Bytes part : parts) {
            all.writeBytes(part.octets);
        }
        return new Bytes(all.toByteArray());
    }

    public int length() {
        return octets.length;
    }

    public boolean isEmpty() {
        return octets.length == 0;
    }

    /** The octet at {@code index}, 0 to 255. */
    public int at(int index) {
        return octets[index] & 0xFF;
    }

    /** @throws IndexOutOfBoundsException when the range does not lie inside */
    public Bytes slice(int from, int to) {
        java.util.Objects.checkFromToIndex(from, to, octets.length);
        return new Bytes(Arrays.copyOfRange(octets, from, to));
    }

    /** A fresh array the caller may change. */
    public byte[] toArray() {
        return octets.clone();
    }

    public String toBase64() {
        return Base64.getEncoder().encodeToString(octets);
    }

    public String toUtf8() {
        return new String(octets, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof Bytes that && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    /** Lower-case hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(octets);
    }
}
