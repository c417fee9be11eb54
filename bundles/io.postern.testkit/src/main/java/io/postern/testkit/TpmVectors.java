// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Test vectors of the TPM attestation: keys nobody uses, every intermediate value of one challenge, and tokens. The
 * builder that made them was checked against a TPM.
 */
public final class TpmVectors {
    private static final String ALL = load();

    private TpmVectors() {}

    /** The text member {@code name}, wherever it stands in {@code tpm-vectors.json}; hexadecimal where it is octets. */
    public static String text(String name) {
        Matcher member =
                Pattern.compile("\"" + Pattern.quote(name) + "\": \"([^\"]*)\"").matcher(ALL);
        if (!member.find()) {
            throw new IllegalArgumentException("tpm-vectors.json has no member " + name);
        }
        return member.group(1).replace("\\n", "\n");
    }

    private static String load() {
        try (InputStream in = TpmVectors.class.getResourceAsStream("tpm-vectors.json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
