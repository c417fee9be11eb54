// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Server-sent events out of octets that come in pieces of any size (HTML standard, 9.2.6). Only {@code data} matters
 * here; comments, event names and ids are passed over.
 *
 * <p>One instance per connection, used by one thread.
 */
final class SseParser {
    private static final int LONGEST = 1024 * 1024; // a 256 KB message as base64 in JSON, three times over

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private boolean afterCarriageReturn;

    /**
     * Takes the next octets and answers the events they complete.
     *
     * @throws IOException when a line or an event grows beyond 1 MiB
     */
    List<String> feed(byte[] octets, int length) throws IOException {
        List<String> events = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            byte octet = octets[i];
            boolean restOfLineEnd = octet == '\n' && afterCarriageReturn;
            afterCarriageReturn = octet == '\r';
            if (restOfLineEnd) {
                continue;
            }
            if (octet == '\r' || octet == '\n') {
                endLine(events);
            } else {
                line.write(octet);
                bound(line.size());
            }
        }
        return events;
    }

    private void endLine(List<String> events) throws IOException {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (text.startsWith("\uFEFF")) { // a byte order mark may open the stream
            text = text.substring(1);
        }
        if (text.isEmpty()) {
            endEvent(events);
        } else if (text.equals("data") || text.startsWith("data:")) {
            addData(text);
        }
    }

    private void addData(String text) throws IOException {
        String value = text.substring(Math.min(5, text.length()));
        if (hasData) {
            data.append('\n');
        }
        hasData = true;
        data.append(value.startsWith(" ") ? value.substring(1) : value);
        bound(data.length());
    }

    private void endEvent(List<String> events) {
        if (hasData) {
            events.add(data.toString());
        }
        data.setLength(0);
        hasData = false;
    }

    private static void bound(int length) throws IOException {
        if (length > LONGEST) {
            throw new IOException("an event is longer than " + LONGEST + " bytes");
        }
    }
}
