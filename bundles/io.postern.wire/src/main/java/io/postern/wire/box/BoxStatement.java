// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.box;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a gateway says of the box it runs in whenever it asks for a leaf's token, so that two boxes with one disk image
 * are noticed (SEC-02): {@code {"counter":17,"boots":4,"run":"...","key":"...","signature":"..."}}.
 *
 * @param counter grows with each statement of a box and never falls: a monotonic counter of its TPM, or one on its disk
 * @param boots how often the box was reset, as its TPM counts; without one, how often the gateway was started
 * @param run made up anew by each process: 128 random bits, base64url
 * @param seal by the box's TPM; empty for a box that has none
 */
public record BoxStatement(long counter, long boots, String run, Optional<Seal> seal) {
    /** The member of a question that holds one. */
    public static final String MEMBER = "box";

    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final String ALGORITHM = "SHA256withECDSA";
    private static final int NAME_OCTETS = 8; // what a person can compare; 64 bits tell the boxes of a fleet apart

    /**
     * A signature that only this box's TPM can make.
     *
     * @param key the public half, SubjectPublicKeyInfo of an EC key, DER
     * @param signature ECDSA with SHA-256 over {@link #toSign}, DER
     */
    public record Seal(Bytes key, Bytes signature) {
        private static final int LONGEST = 256; // P-521 needs 158 and 139

        public Seal {
            if (key.isEmpty() || key.length() > LONGEST || signature.isEmpty() || signature.length() > LONGEST) {
                throw new IllegalArgumentException("a box's key and signature have 1 to " + LONGEST
                        + " octets each, these have " + key.length() + " and " + signature.length());
            }
        }
    }

    public BoxStatement {
        if (counter < 1 || boots < 0) {
            throw new IllegalArgumentException(
                    "a box counts statements from 1 and boots from 0, not " + counter + " and " + boots);
        }
        if (!RUN.matcher(run).matches()) {
            throw new IllegalArgumentException("run is 22 characters of base64url, these are " + run.length());
        }
    }

    /** What a seal is a signature of. */
    public static Bytes toSign(HubName hub, DeviceId gateway, long counter, long boots, String run) {
        return Bytes.utf8(
                String.join("\n", "postern box 1", hub.text(), gateway.text(), "" + counter, "" + boots, run));
    }

    /** @throws IllegalArgumentException naming the member that is wrong */
    public static BoxStatement of(JsonObject json) {
        Optional<Bytes> key = Json.text(json, "key").map(Bytes::base64);
        Optional<Bytes> signature = Json.text(json, "signature").map(Bytes::base64);
        if (key.isPresent() != signature.isPresent()) {
            throw new IllegalArgumentException("a box says key and signature, or neither");
        }
        return new BoxStatement(
                number(json, "counter"),
                number(json, "boots"),
                Json.requireText(json, "run"),
                key.flatMap(known -> signature.map(made -> new Seal(known, made))));
    }

    public JsonObject toJson() {
        var json = Json.object().add("counter", counter).add("boots", boots).add("run", run);
        seal.ifPresent(made -> json.add("key", made.key().toBase64())
                .add("signature", made.signature().toBase64()));
        return json.build();
    }

    /** Whether the seal was made for this statement of {@code gateway}; false without one. */
    public boolean isSealedFor(HubName hub, DeviceId gateway) {
        return seal.filter(made -> verifies(made, toSign(hub, gateway, counter, boots, run)))
                .isPresent();
    }

    /** Tells boxes with a TPM apart: the beginning of their key's SHA-256, in hexadecimal digits. Empty without a TPM. */
    public Optional<String> boxName() {
        return seal.map(made -> {
            try {
                byte[] hash =
                        MessageDigest.getInstance("SHA-256").digest(made.key().toArray());
                return HexFormat.of().formatHex(hash, 0, NAME_OCTETS);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        });
    }

    private static boolean verifies(Seal seal, Bytes text) {
        try {
            PublicKey key = KeyFactory.getInstance("EC")
                    .generatePublic(new X509EncodedKeySpec(seal.key().toArray()));
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key);
            verifier.update(text.toArray());
            return key instanceof ECPublicKey
                    && verifier.verify(seal.signature().toArray());
        } catch (GeneralSecurityException e) {
            return false; // not a key, or not a signature
        }
    }

    private static long number(JsonObject json, String name) {
        if (json.get(name) instanceof JsonNumber number && number.isIntegral()) {
            try {
                return number.longValueExact();
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(name + " is too large a number", e);
            }
        }
        throw new IllegalArgumentException(name + " is missing or no whole number");
    }
}
