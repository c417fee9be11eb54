// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import java.io.IOException;
import java.nio.CharBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/**
 * A CA's key at rest: PKCS#8 encrypted under a passphrase (RFC 8018, PBES2), as openssl reads and writes it. The JDK
 * can compute the scheme but cannot write its name down.
 */
final class EncryptedKey {
    private static final String TYPE = "ENCRYPTED PRIVATE KEY";
    private static final int ROUNDS = 600_000; // OWASP Password Storage Cheat Sheet, 2023: PBKDF2 with HMAC-SHA-256
    private static final Provider CIPHERS = new BouncyCastleProvider();
    /** NIST SP 800-63B, 3.1.1 asks for 8; other programs read no other characters alike. */
    private static final Pattern PASSPHRASE = Pattern.compile("[ -~]{8,128}");

    private EncryptedKey() {}

    /** @throws IllegalArgumentException when the passphrase is too short, too long or not ASCII */
    static String seal(PrivateKey key, char[] passphrase, SecureRandom random) throws GeneralSecurityException {
        if (!PASSPHRASE.matcher(CharBuffer.wrap(passphrase)).matches()) {
            throw new IllegalArgumentException("a passphrase is 8 to 128 printable ASCII characters; this one of "
                    + passphrase.length + " characters is not");
        }
        try {
            OutputEncryptor encryptor = new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                    .setProvider(CIPHERS)
                    .setPRF(PKCS8Generator.PRF_HMACSHA256)
                    .setIterationCount(ROUNDS)
                    .setRandom(random)
                    .setPassword(passphrase)
                    .build();
            var bare = PrivateKeyInfo.getInstance(key.getEncoded());
            return Pem.block(
                    TYPE,
                    new PKCS8EncryptedPrivateKeyInfoBuilder(bare)
                            .build(encryptor)
                            .getEncoded());
        } catch (OperatorCreationException | IOException e) {
            throw new GeneralSecurityException("the key cannot be encrypted: " + e.getMessage(), e);
        }
    }

    /**
     * The key on its curve; empty when the passphrase does not open it.
     *
     * @throws IllegalArgumentException when the text is no encrypted PKCS#8 key
     */
    static Optional<PrivateKey> open(String pem, char[] passphrase) throws GeneralSecurityException {
        PKCS8EncryptedPrivateKeyInfo sealed;
        try {
            sealed = new PKCS8EncryptedPrivateKeyInfo(Pem.content(TYPE, pem));
        } catch (IOException e) {
            throw new IllegalArgumentException("no encrypted PKCS#8 key: " + e.getMessage(), e);
        }
        try {
            PrivateKeyInfo opened = sealed.decryptPrivateKeyInfo(new JcePKCSPBEInputDecryptorProviderBuilder()
                    .setProvider(CIPHERS)
                    .build(passphrase));
            return Optional.of(
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(opened.getEncoded())));
        } catch (PKCSException | IOException wrong) {
            return Optional.empty(); // what comes out has no padding or is no key
        }
    }
}
