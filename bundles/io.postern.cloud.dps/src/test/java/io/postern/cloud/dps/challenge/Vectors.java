// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The published intermediate values of one challenge; a builder that reproduced them was checked against swtpm. */
final class Vectors {
    private static final JsonObject ALL = read();

    private Vectors() {}

    static Bytes hex(String name) {
        return Bytes.hex(text(name));
    }

    static Secret secret(String name) {
        return Secret.of(hex(name).toArray());
    }

    static String text(String name) {
        return Json.requireText(ALL, name);
    }

    private static JsonObject read() {
        try (InputStream in = Vectors.class.getResourceAsStream("/tpm-vectors.json")) {
            return Json.parseObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
