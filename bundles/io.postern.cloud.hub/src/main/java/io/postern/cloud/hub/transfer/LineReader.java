// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Lines of UTF-8 of a bounded length: what is longer is passed over and told of. Not safe for several threads. */
final class LineReader {
    private final InputStream in;
    private final int longest;
    private long next;
    private long octets;

    /** One line. */
    sealed interface Line {}

    record Text(long number, String text) implements Line {}

    record TooLong(long number) implements Line {}

    /** @param first what the first line is counted as */
    LineReader(InputStream in, int longest, long first) {
        this.in = new BufferedInputStream(in);
        this.longest = longest;
        this.next = first;
    }

    /** Empty at the end; a last line needs no end of its own. */
    Optional<Line> read() throws IOException {
        var line = new ByteArrayOutputStream();
        boolean cut = false;
        int octet = in.read();
        if (octet < 0) {
            return Optional.empty();
        }
        for (; octet >= 0 && octet != '\n'; octet = in.read()) {
            octets++;
            if (line.size() < longest) {
                line.write(octet);
            } else {
                cut = true;
            }
        }
        octets++;
        long number = next++;
        return Optional.of(cut ? new TooLong(number) : new Text(number, line.toString(StandardCharsets.UTF_8)));
    }

    /** What the next line will be counted as. */
    long next() {
        return next;
    }

    /** How far it has come. */
    long octets() {
        return octets;
    }
}
