// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/** The secrets of a test in all the shapes in which they could leak into a log or an answer. */
public final class Canaries {
    private final Set<String> shapes = new HashSet<>();

    /** @return the key itself, for chaining */
    public Secret key(Secret key) {
        add(key.revealBase64());
        String hex = HexFormat.of().formatHex(key.reveal());
        add(hex);
        add(hex.toUpperCase(Locale.ROOT));
        return key;
    }

    /** @return the token as it goes on the wire */
    public String token(SasToken token) {
        add(token.signature().toBase64());
        add(token.signature().toString());
        add(HexFormat.of().formatHex(token.text().reveal()));
        return token.text().revealUtf8();
    }

    /** @return the word itself, a password or what else is no key */
    public String word(String word) {
        add(word);
        return word;
    }

    public int count() {
        return shapes.size();
    }

    public void assertNoneIn(String text) {
        for (String secret : shapes) {
            assertThat(text.contains(secret)).as("a secret stands in:\n" + text).isFalse();
        }
    }

    private void add(String secret) {
        shapes.add(secret);
        shapes.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
        shapes.add(secret.substring(0, Math.min(12, secret.length()))); // a cut secret is told half
    }
}
