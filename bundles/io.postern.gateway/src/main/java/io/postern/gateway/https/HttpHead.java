// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Status line and fields of an HTTP/1.1 answer after which the connection speaks something else (RFC 9112, 4 and 5).
 *
 * @param line the status line, for messages
 */
record HttpHead(int status, String line, Map<String, String> fields) {
    private static final int LONGEST = 8 * 1024; // what servers usually take of a client

    /** Reads no octet beyond the empty line. */
    static HttpHead read(InputStream in) throws IOException {
        String[] lines = text(in).split("\r\n");
        if (!lines[0].matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new IOException("it does not answer in HTTP/1.1");
        }
        Map<String, String> fields = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                fields.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        return new HttpHead(Integer.parseInt(lines[0].substring(9, 12)), lines[0].substring(9), fields);
    }

    Optional<String> field(String lowerCaseName) {
        return Optional.ofNullable(fields.get(lowerCaseName));
    }

    private static String text(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        for (int ends = 0; ends < 4; ) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("it hung up without an answer");
            }
            head.write(octet);
            if (head.size() > LONGEST) {
                throw new IOException("its answer begins with more than " + LONGEST + " bytes of fields");
            }
            boolean expected = octet == (ends % 2 == 0 ? '\r' : '\n');
            ends = expected ? ends + 1 : octet == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }
}
