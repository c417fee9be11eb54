// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * A key that is in the TPM and nowhere else: it has no encoding, and only the provider that made it can sign with it.
 */
final class TpmPrivateKey implements PrivateKey {
    private static final long serialVersionUID = 1L;

    private final transient TpmProvider provider;
    private final ECPublicKey publicKey;

    TpmPrivateKey(TpmProvider provider, ECPublicKey publicKey) {
        this.provider = provider;
        this.publicKey = publicKey;
    }

    boolean isOf(TpmProvider other) {
        return provider == other;
    }

    @Override
    public String getAlgorithm() {
        return "EC";
    }

    @Override
    public @Nullable String getFormat() {
        return null;
    }

    @Override
    public byte @Nullable [] getEncoded() {
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TpmPrivateKey key && key.provider == provider && key.publicKey.equals(publicKey);
    }

    @Override
    public int hashCode() {
        return publicKey.hashCode();
    }

    @Override
    public String toString() {
        return "TpmPrivateKey[" + KeySlots.text(CertificateKey.SLOT) + "]";
    }
}
