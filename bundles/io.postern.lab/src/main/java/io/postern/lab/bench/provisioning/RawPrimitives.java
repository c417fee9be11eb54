// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the cryptography of a registration costs by itself, in microseconds of one core: a program of its own, so that it
 * runs under the same JVM flags as the service. Prints one line per primitive, name and median.
 */
final class RawPrimitives {
    private static final int ROUNDS = 15;
    private static final long ROUND_NANOS = 100_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final byte[] MESSAGE = new byte[140]; // the wrapped key, the longest text of a blob

    private interface Operation {
        void run() throws GeneralSecurityException;
    }

    private RawPrimitives() {}

    public static void main(String[] args) throws GeneralSecurityException {
        print(Primitive.RSA_OAEP, rsa());
        print(Primitive.HMAC, hmac());
        print(Primitive.AES_CFB, aes());
        print(Primitive.SHA256, () -> MessageDigest.getInstance("SHA-256").digest(MESSAGE));
        print(Primitive.HANDSHAKE, handshake());
    }

    private static Operation rsa() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var key = (RSAPublicKey) generator.generateKeyPair().getPublic();
        var source = new PSource.PSpecified("IDENTITY\0".getBytes(StandardCharsets.US_ASCII));
        var parameters = new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, source);
        return () -> {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters);
            cipher.doFinal(MESSAGE, 0, 32);
        };
    }

    private static Operation hmac() {
        var key = new SecretKeySpec(new byte[32], "HmacSHA256");
        return () -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.doFinal(MESSAGE);
        };
    }

    private static Operation aes() {
        var key = new SecretKeySpec(new byte[16], "AES");
        var zero = new IvParameterSpec(new byte[16]);
        return () -> {
            Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, zero);
            cipher.doFinal(MESSAGE);
        };
    }

    /** The server's part of a TLS 1.3 handshake: an ephemeral X25519 key, the agreement, an ECDSA P-256 signature. */
    private static Operation handshake() throws GeneralSecurityException {
        KeyPairGenerator signing = KeyPairGenerator.getInstance("EC");
        signing.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair identity = signing.generateKeyPair();
        KeyPair other = KeyPairGenerator.getInstance("X25519").generateKeyPair();
        return () -> {
            KeyPair own = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(own.getPrivate());
            agreement.doPhase(other.getPublic(), true);
            agreement.generateSecret();
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(identity.getPrivate());
            signature.update(MESSAGE);
            signature.sign();
        };
    }

    private static void print(Primitive primitive, Operation operation) throws GeneralSecurityException {
        double[] microseconds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            microseconds[round] = perRun(operation);
        }
        double[] warm = Arrays.copyOfRange(microseconds, ROUNDS / 3, ROUNDS); // the first third compiles
        Arrays.sort(warm);
        System.out.println(primitive.name() + " " + warm[warm.length / 2]);
    }

    /** Core time, so that other programs on the machine do not count. */
    private static double perRun(Operation operation) throws GeneralSecurityException {
        long begin = System.nanoTime();
        long busy = THREADS.getCurrentThreadCpuTime();
        long runs = 0;
        while (System.nanoTime() - begin < ROUND_NANOS) {
            operation.run();
            runs++;
        }
        return (THREADS.getCurrentThreadCpuTime() - busy) / 1e3 / runs;
    }
}
