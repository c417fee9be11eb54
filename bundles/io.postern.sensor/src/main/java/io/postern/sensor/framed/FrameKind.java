// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.framed.FieldPattern.Span;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One kind of frame that an instrument says.
 *
 * @param ask what makes the instrument say it, before the leaf's address is put in; empty when it says it by itself
 * @param after the kind that has to have come just before, as in a handshake
 * @param patience how long it may take to begin
 * @param every how often it is said when it is not asked for
 * @param tests all have to hold for a frame to be of this kind
 * @param valid all have to hold for it to have values; a receiver without a fix, a scale in motion fail it
 * @param sample the content of a real one, in which the simulator puts its values
 */
public record FrameKind(
        String name,
        FrameFormat format,
        Optional<Bytes> ask,
        Optional<String> after,
        Duration patience,
        Duration every,
        List<Test> tests,
        List<Test> valid,
        Bytes sample) {
    /** Where the leaf's address stands in what is sent. */
    private static final String ADDRESS = "{address}";

    public FrameKind {
        tests = List.copyOf(tests);
        valid = List.copyOf(valid);
    }

    /** What stands at a place is one of a few texts. */
    public record Test(Locator locator, List<String> is) {
        public Test {
            is = List.copyOf(is);
        }

        boolean holds(Bytes content) {
            Optional<Span> span = locator.find(content);
            return span.isPresent()
                    && is.contains(Locator.text(
                                    content.slice(span.get().from(), span.get().to()))
                            .strip());
        }
    }

    public boolean matches(Bytes content) {
        return tests.stream().allMatch(test -> test.holds(content));
    }

    /** Whether the instrument says that what is in the frame counts. */
    public boolean isValid(Bytes content) {
        return valid.stream().allMatch(test -> test.holds(content));
    }

    /** What is sent to the instrument of this address. */
    public Optional<Bytes> question(String address) {
        return ask.map(octets -> addressed(octets, address));
    }

    static Bytes addressed(Bytes octets, String address) {
        String text = Locator.text(octets);
        return text.contains(ADDRESS) ? FramedMapping.octets(text.replace(ADDRESS, address)) : octets;
    }
}
