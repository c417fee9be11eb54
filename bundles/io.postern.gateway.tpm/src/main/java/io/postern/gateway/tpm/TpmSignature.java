// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.io.IOException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.SignatureSpi;

/** ECDSA with SHA-256: the digest is taken here, the TPM signs it. */
final class TpmSignature extends SignatureSpi {
    private final DigestSigner signer;
    private final MessageDigest digest;

    /** Signs a SHA-256 digest; the answer is DER. */
    @FunctionalInterface
    interface DigestSigner {
        byte[] sign(byte[] digest) throws IOException;
    }

    TpmSignature(DigestSigner signer) {
        this.signer = signer;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }

    @Override
    protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
        if (!(key instanceof TpmPrivateKey)) {
            throw new InvalidKeyException("not a key of the TPM");
        }
        digest.reset();
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
        throw new InvalidKeyException("the TPM signs; anybody can verify");
    }

    @Override
    protected void engineUpdate(byte octet) {
        digest.update(octet);
    }

    @Override
    protected void engineUpdate(byte[] octets, int offset, int length) {
        digest.update(octets, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
        try {
            return signer.sign(digest.digest());
        } catch (IOException e) {
            throw new SignatureException(e.getMessage(), e);
        }
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
        throw new SignatureException("the TPM signs; anybody can verify");
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
        throw new InvalidParameterException("ECDSA with SHA-256 has no parameters");
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
        throw new InvalidParameterException("ECDSA with SHA-256 has no parameters");
    }
}
