// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.i2c;

import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What is said to a chip, and how many octets it then answers.
 *
 * @param command written first; empty when the chip is only read
 * @param pause between command and answer, for a chip that converts; zero keeps the bus by a repeated start
 * @param length of the answer without check octets; 0 when the command only sets something
 * @param once said when the chip is met, and again after it was lost: settings and calibration
 */
public record Block(Bytes command, Duration pause, int length, Optional<Crc8> check, boolean once) {
    private static final int LONGEST = 64; // the chips of templates answer a few words
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    static Block of(Node node, String name) throws TemplateException {
        Node.Members members = node.asMembers(name);
        members.only(Set.of("write", "wait", "read", "crc", "once"));
        Optional<Node> write = members.optional("write");
        Optional<Node> wait = members.optional("wait");
        Optional<Node> crc = members.optional("crc");
        Optional<Node> once = members.optional("once");
        Bytes command = write.isPresent() ? hex(write.get()) : Bytes.EMPTY;
        int length = members.optional("read").isPresent() ? members.whole("read", 1, LONGEST) : 0;
        Optional<Crc8> check =
                crc.isPresent() ? Optional.of(check(crc.get().asMembers("crc"), length)) : Optional.empty();
        if (command.isEmpty() && length == 0) {
            throw node.place().refuse("a block writes, reads, or both");
        }
        return new Block(
                command,
                wait.isPresent() ? wait.get().asDuration("wait", Duration.ZERO, LONGEST_WAIT) : Duration.ZERO,
                length,
                check,
                once.isPresent() && once.get().asFlag("once"));
    }

    private static Crc8 check(Node.Members members, int length) throws TemplateException {
        members.only(Set.of("polynomial", "initial", "every"));
        var check = new Crc8(
                (int) Value.octets(members.need("polynomial"), "polynomial", 0xFF),
                (int) Value.octets(members.need("initial"), "initial", 0xFF),
                members.whole("every", 1, LONGEST));
        if (length == 0 || length % check.every() != 0) {
            throw members.place().refuse("\"read\" is a multiple of \"every\"; check octets do not count");
        }
        return check;
    }

    private static Bytes hex(Node node) throws TemplateException {
        String text = node.asText("write").replace(" ", "");
        if (!text.matches("([0-9a-fA-F]{2}){1,16}")) {
            throw node.place().refuse("\"write\" is 1 to 16 octets, two hexadecimal digits each");
        }
        return Bytes.hex(text.toLowerCase(java.util.Locale.ROOT));
    }

    /** How many octets the chip sends. */
    public int framedLength() {
        return check.map(each -> each.framed(length)).orElse(length);
    }

    /**
     * The answer without its check octets.
     *
     * @throws IOException when one of them is wrong
     */
    public byte[] data(byte[] framed) throws IOException {
        if (framed.length != framedLength()) {
            throw new IOException("the answer has " + framed.length + " octets, not " + framedLength());
        }
        return check.isPresent() ? check.get().strip(framed) : framed;
    }

    /** What a chip answers that holds {@code data}. */
    public byte[] framed(byte[] data) {
        return check.map(each -> each.frame(data)).orElse(data);
    }
}
