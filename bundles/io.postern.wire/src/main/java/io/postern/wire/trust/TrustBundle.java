// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.trust;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The roots by which gateways are to recognize their cloud from now on (HUB-22), signed by a key they have trusted since
 * they were commissioned. So it may travel on any way: over a connection whose certificate has expired, or on a USB stick.
 *
 * <p>Signed, it is a JWS in compact form (RFC 7515): header {@code {"alg":"ES256"|"RS256","cty":"postern-trust"}}, payload
 * {@code {"version":3,"roots":["base64 of DER", ...]}}.
 *
 * @param version greater than that of every bundle before: an older one is never installed again
 * @param roots all roots that count, not only new ones; at least 1
 */
public record TrustBundle(long version, List<X509Certificate> roots) {
    /** Of the signed form, in characters; what one HTTP answer carries. */
    public static final int LONGEST = 96 * 1024;

    private static final int MOST_ROOTS = 24; // of RSA 4096, which is what LONGEST has room for
    private static final String CONTENT = "postern-trust";

    public TrustBundle {
        roots = List.copyOf(roots);
        if (version < 1) {
            throw new IllegalArgumentException("a trust bundle's version is 1 or more, not " + version);
        }
        if (roots.isEmpty() || roots.size() > MOST_ROOTS) {
            throw new IllegalArgumentException("a trust bundle has 1 to " + MOST_ROOTS + " roots, not " + roots.size());
        }
    }

    /**
     * Reads a signed bundle.
     *
     * @throws IllegalArgumentException when it is none, or {@code signer} has not signed it
     */
    public static TrustBundle open(String signed, PublicKey signer) {
        List<String> parts = parts(signed);
        Algorithm algorithm = Algorithm.of(signer);
        JsonObject header = Json.parseObject(decoded(parts.get(0)).toUtf8());
        if (!header.getString("alg", "").equals(algorithm.jws)
                || !header.getString("cty", "").equals(CONTENT) // what the key has signed for other purposes is none
                || header.containsKey("crit")) {
            throw new IllegalArgumentException("the bundle does not say that it is a " + CONTENT + " signed with "
                    + algorithm.jws + ", as by the pinned key it would be");
        }
        try {
            Signature verifier = Signature.getInstance(algorithm.jca);
            verifier.initVerify(signer);
            verifier.update((parts.get(0) + "." + parts.get(1)).getBytes(StandardCharsets.US_ASCII));
            if (!verifier.verify(decoded(parts.get(2)).toArray())) {
                throw new IllegalArgumentException("the bundle is not signed with the pinned key");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the bundle's signature cannot be checked: " + e.getMessage(), e);
        }
        return payload(parts.get(1));
    }

    /**
     * Reads what a signed bundle says without asking who says so: to show it, never to trust it.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static TrustBundle peek(String signed) {
        return payload(parts(signed).get(1));
    }

    /** Signs this bundle; {@code key} is of P-256 or RSA. */
    public String sign(PrivateKey key) {
        Algorithm algorithm = Algorithm.of(key);
        var all = Json.array();
        roots.forEach(root -> all.add(Bytes.of(encoded(root)).toBase64()));
        String content = encoded(Json.object()
                        .add("alg", algorithm.jws)
                        .add("cty", CONTENT)
                        .build())
                + "."
                + encoded(
                        Json.object().add("version", version).add("roots", all).build());
        try {
            Signature signer = Signature.getInstance(algorithm.jca);
            signer.initSign(key);
            signer.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("this key does not sign with " + algorithm.jws, e);
        }
    }

    private static List<String> parts(String signed) {
        if (signed.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a trust bundle has at most " + LONGEST + " characters, this one " + signed.length());
        }
        List<String> parts = List.of(signed.strip().split("\\.", -1));
        if (parts.size() != 3) {
            throw new IllegalArgumentException("a trust bundle has three parts with dots between, not " + parts.size());
        }
        return parts;
    }

    private static TrustBundle payload(String part) {
        JsonObject payload = Json.parseObject(decoded(part).toUtf8());
        if (!(payload.get("version") instanceof JsonNumber version)
                || !version.isIntegral()
                || !(payload.get("roots") instanceof JsonArray certificates)) {
            throw new IllegalArgumentException("a trust bundle says version and roots");
        }
        List<X509Certificate> roots = new ArrayList<>();
        for (var each : certificates) {
            if (!(each instanceof JsonString text)) {
                throw new IllegalArgumentException("a root is a text, base64 of its certificate");
            }
            roots.add(certificate(text.getString()));
        }
        return new TrustBundle(version.longValue(), roots);
    }

    private static X509Certificate certificate(String base64) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(Bytes.base64(base64).toArray()));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("a root is no certificate: " + e.getMessage(), e);
        }
    }

    private static byte[] encoded(X509Certificate root) {
        try {
            return root.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a root has no encoding: " + root.getSubjectX500Principal(), e);
        }
    }

    private static String encoded(JsonObject json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Bytes decoded(String part) {
        return Bytes.of(Base64.getUrlDecoder().decode(part));
    }

    /** What a key signs with. spec: RFC 7518, 3.1 */
    private enum Algorithm {
        ES256("ES256", "SHA256withECDSAinP1363Format"),
        RS256("RS256", "SHA256withRSA");

        private final String jws;
        private final String jca;

        Algorithm(String jws, String jca) {
            this.jws = jws;
            this.jca = jca;
        }

        private static Algorithm of(java.security.Key key) {
            return switch (key.getAlgorithm()) {
                case "EC" -> ES256;
                case "RSA" -> RS256;
                default ->
                    throw new IllegalArgumentException(
                            "bundles are signed with EC or RSA keys, not " + key.getAlgorithm());
            };
        }
    }
}
