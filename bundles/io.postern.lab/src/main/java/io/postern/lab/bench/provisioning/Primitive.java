// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

/**
 * The cryptography no provisioning service can do without, and how often one registration needs it.
 *
 * <p>A TPM registration makes two blobs (challenge and hub key), each with two seeds under RSA, four keys derived and two
 * integrity values (HMAC), four texts under AES and three digests; every registration checks a token twice, when it
 * registers and when it asks for the outcome; a device that comes new shakes hands once.
 */
enum Primitive {
    RSA_OAEP("RSA-2048 OAEP encryption", 4, 0),
    HMAC("HMAC-SHA256", 14, 2),
    AES_CFB("AES-128-CFB", 8, 0),
    SHA256("SHA-256", 6, 0),
    HANDSHAKE("TLS 1.3 key exchange and signature", 1, 1);

    private final String text;
    private final int perTpmRegistration;
    private final int perKeyRegistration;

    Primitive(String text, int perTpmRegistration, int perKeyRegistration) {
        this.text = text;
        this.perTpmRegistration = perTpmRegistration;
        this.perKeyRegistration = perKeyRegistration;
    }

    String text() {
        return text;
    }

    int perTpmRegistration() {
        return perTpmRegistration;
    }

    int perKeyRegistration() {
        return perKeyRegistration;
    }
}
