// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets the whole process sign with the TPM's certificate key: TLS asks the Java runtime for a signature under a key it
 * was given, and the runtime asks each provider whether that key is one of its own. Comes last in the list, so that all
 * other keys stay with who had them before.
 */
final class TpmProvider extends Provider {
    /** The one signature of the key: in TLS 1.2 and 1.3 {@code ecdsa_secp256r1_sha256} (RFC 8446, 4.2.3). */
    static final String ALGORITHM = "SHA256withECDSA";

    private static final long serialVersionUID = 1L;

    private final transient TpmSignature.DigestSigner signer;

    private TpmProvider(TpmSignature.DigestSigner signer) {
        super("Postern-TPM-" + Integer.toHexString(System.identityHashCode(signer)), "1", "keys inside a TPM 2.0");
        this.signer = signer;
        putService(new TpmSignatures());
    }

    /** Makes the provider known to this process; {@link #remove} takes it away again. */
    static TpmProvider install(TpmSignature.DigestSigner signer) {
        var provider = new TpmProvider(signer);
        Security.addProvider(provider);
        return provider;
    }

    void remove() {
        Security.removeProvider(getName());
    }

    private final class TpmSignatures extends Service {
        TpmSignatures() {
            super(TpmProvider.this, "Signature", ALGORITHM, TpmSignature.class.getName(), List.of(), Map.of());
        }

        @Override
        public boolean supportsParameter(@Nullable Object key) {
            return key instanceof TpmPrivateKey own && own.isOf(TpmProvider.this);
        }

        @Override
        public Object newInstance(@Nullable Object parameter) {
            return new TpmSignature(signer);
        }
    }
}
