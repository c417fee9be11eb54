// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file with the gateway's symmetric key in base64, as the provisioning service shows it or as it was derived at the
 * factory. A group's own key has no place on a gateway: whoever reads it can be every member.
 *
 * <p>Read for each signature, one in most of an hour: it need not lie in memory meanwhile, and a key that was put there
 * late is found.
 */
public record KeyFile(Path file) implements Signer {
    // spec: TPM 2.0 Part 2, 11.1.8 and what the hosted service takes: 16 to 64 octets
    private static final int SHORTEST = 16;
    private static final int LONGEST = 64;

    @Override
    public Bytes sign(byte[] message) throws IdentityException {
        try (Secret key = read()) {
            return key.hmacSha256(message);
        }
    }

    /** @throws IdentityException naming the setting keyFile */
    private Secret read() throws IdentityException {
        byte[] text = PrivateFile.read("keyFile", file);
        try {
            Secret key = Secret.base64(new String(text, StandardCharsets.US_ASCII).strip());
            if (key.length() < SHORTEST || key.length() > LONGEST) {
                throw new IllegalArgumentException(
                        "a key has " + SHORTEST + " to " + LONGEST + " bytes, this one " + key.length());
            }
            return key;
        } catch (IllegalArgumentException e) {
            throw new IdentityException(
                    "keyFile: " + file + ": " + e.getMessage() + "; put the device's key there, base64 in one line", e);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }
}
