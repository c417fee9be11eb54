// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who a caller is to one service: {@code HostName=...;SharedAccessKeyName=...;SharedAccessKey=...}.
 *
 * @param host the service's own name, also what its tokens speak for
 * @param keyName the shared access policy (HUB-24)
 */
public record ConnectionString(String host, String keyName, Secret key) {
    // long enough for clocks a few minutes apart (NTP is seconds), short enough that a leaked one is soon worthless
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    /** @throws IllegalArgumentException naming the missing part; never repeating the key */
    public static ConnectionString parse(String text) {
        Map<String, String> parts = new HashMap<>();
        for (String part : text.strip().split(";", 16)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(part.substring(0, equals).strip().toLowerCase(Locale.ROOT), part.substring(equals + 1));
            }
        }
        return new ConnectionString(
                part(parts, "HostName").toLowerCase(Locale.ROOT),
                part(parts, "SharedAccessKeyName"),
                Secret.base64(part(parts, "SharedAccessKey")));
    }

    /** A fresh token for the whole service, signed with the policy's key (HUB-31). */
    public SasToken token(Instant now) {
        return SasToken.sign(ResourceUri.of(host), now.plus(TOKEN_LIFE), Optional.of(keyName), key::hmacSha256);
    }

    private static String part(Map<String, String> parts, String name) {
        return Optional.ofNullable(parts.get(name.toLowerCase(Locale.ROOT)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new IllegalArgumentException("the connection string has no " + name
                        + "; its form is HostName=...;SharedAccessKeyName=...;SharedAccessKey=..."));
    }
}
