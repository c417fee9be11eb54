// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.Bytes;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.security.KeyPair;
import java.util.Optional;

/**
 * The chip that holds the gateway's identity (SYS-10). Keys go in, signatures come out; no key ever leaves.
 *
 * <p>Implementations may be called from any thread and serialize the commands themselves.
 */
public interface SecurityModule {
    /** The endorsement key and the storage root key, made by the standard templates when the slots are empty. */
    TpmAttestation attestation() throws IOException;

    /**
     * Opens a blob that was made for exactly this module and loads the key inside it.
     *
     * @throws ActivationRefusedException when the blob was made for another module or altered
     */
    ActivatedKey activate(ActivationBlob blob) throws IOException;

    /**
     * The DER of its maker's certificate for the endorsement key, which tells a cloud side where the module comes from;
     * empty when the maker gave it none.
     */
    default Optional<Bytes> endorsementCertificate() throws IOException {
        return Optional.empty();
    }

    /** Whether a hub key was kept earlier, in this process or before. */
    boolean hasIdentityKey() throws IOException;

    /**
     * HMAC-SHA256 over {@code message} under the kept hub key.
     *
     * @throws IOException also when no key was kept: provision first
     */
    Bytes sign(byte[] message) throws IOException;

    /**
     * The key of the gateway's certificate, ECC P-256, made inside the module when there is none yet. The private half
     * is a handle without an encoding, which every {@link java.security.Signature} of this process can sign with while
     * the module is open (HUB-03).
     */
    KeyPair certificateKey() throws IOException;

    /**
     * Counts on by one, on a counter that never falls and that no copy of a disk brings along; empty when the module has
     * none (SEC-02).
     */
    Optional<BoxCount> countOn() throws IOException;

    /**
     * What a module counts.
     *
     * @param counter one more than ever before
     * @param resets how often the module was reset, which is how often its box was started
     */
    record BoxCount(long counter, long resets) {}

    /** A key inside the module, usable until closed. */
    interface ActivatedKey extends AutoCloseable {
        /** HMAC-SHA256 over {@code message}, 32 octets. */
        Bytes sign(byte[] message) throws IOException;

        /** Makes this the hub key of {@link SecurityModule#sign}, in the place of the one kept before. */
        void keep() throws IOException;

        /** Frees the module's slot; a kept key stays. */
        @Override
        void close() throws IOException;
    }
}
