// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.SecurityModule;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.security.KeyPair;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A security module that holds a hub key already and does nothing but sign with it. */
final class SigningModule implements SecurityModule {
    final Secret key = Secret.utf8("the gateway's hub key");
    final AtomicInteger signatures = new AtomicInteger();
    volatile boolean broken;

    @Override
    public Bytes sign(byte[] message) throws IOException {
        if (broken) {
            throw new IOException("no answer from the TPM");
        }
        signatures.incrementAndGet();
        return key.hmacSha256(message);
    }

    @Override
    public boolean hasIdentityKey() {
        return true;
    }

    @Override
    public TpmAttestation attestation() throws IOException {
        throw new IOException("nobody is to ask here");
    }

    @Override
    public ActivatedKey activate(ActivationBlob blob) throws IOException {
        throw new IOException("nobody is to ask here");
    }

    @Override
    public Optional<BoxCount> countOn() {
        return Optional.empty();
    }

    @Override
    public KeyPair certificateKey() throws IOException {
        throw new IOException("nobody is to ask here");
    }
}
