// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.wire.Bytes;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/** HMAC-SHA256 under a symmetric key of the gateway, wherever that lies. */
@FunctionalInterface
public interface Signer {
    Bytes sign(byte[] message) throws IOException;

    /** A token for {@code resource} under this key. */
    default SasToken token(ResourceUri resource, Instant expiry, Optional<String> keyName) throws IOException {
        try {
            return SasToken.sign(resource, expiry, keyName, message -> {
                try {
                    return sign(message);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
