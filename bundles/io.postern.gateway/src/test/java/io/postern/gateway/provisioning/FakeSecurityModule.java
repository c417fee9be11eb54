// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.spi.ActivationRefusedException;
import io.postern.gateway.spi.SecurityModule;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.security.KeyPair;
import java.util.Optional;

/** A security module in memory. Its blobs are clear text; a module opens those that bear its endorsement key. */
final class FakeSecurityModule implements SecurityModule {
    private final TpmAttestation attestation;
    private final PowerCut powerCut;
    private Optional<Secret> kept = Optional.empty();
    private Optional<IOException> failure = Optional.empty();
    private CertificateMemory certificate = Optional::empty;
    private int loaded;
    private int mostLoaded;

    FakeSecurityModule(TpmAttestation attestation, PowerCut powerCut) {
        this.attestation = attestation;
        this.powerCut = powerCut;
    }

    static TpmAttestation vectorKeys() {
        return TpmAttestation.decode(
                Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")), Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex")));
    }

    /** The same chip after somebody has cleared it: its storage root key is a new one. */
    static TpmAttestation clearedKeys() {
        byte[] storageRootKey =
                Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex")).toArray();
        storageRootKey[storageRootKey.length - 2] ^= 1;
        return TpmAttestation.decode(Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")), Bytes.of(storageRootKey));
    }

    /** Another chip: the same template, another modulus. */
    static TpmAttestation otherKeys() {
        byte[] endorsementKey =
                Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")).toArray();
        endorsementKey[endorsementKey.length - 2] ^= 1;
        return TpmAttestation.decode(Bytes.of(endorsementKey), Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex")));
    }

    static ActivationBlob blob(TpmAttestation forWhom, Secret key) {
        return new ActivationBlob(
                forWhom.endorsementKey().digest(),
                Bytes.EMPTY,
                Bytes.of(key.reveal()),
                Bytes.EMPTY,
                Bytes.EMPTY,
                Bytes.EMPTY);
    }

    /** Where its maker's certificate lies. */
    interface CertificateMemory {
        Optional<Bytes> read() throws IOException;
    }

    FakeSecurityModule certified(CertificateMemory memory) {
        certificate = memory;
        return this;
    }

    @Override
    public Optional<Bytes> endorsementCertificate() throws IOException {
        return certificate.read();
    }

    void failWith(IOException failure) {
        this.failure = Optional.of(failure);
    }

    Optional<Secret> kept() {
        return kept;
    }

    void loseKey() {
        kept = Optional.empty();
    }

    int loaded() {
        return loaded;
    }

    int mostLoaded() {
        return mostLoaded;
    }

    @Override
    public TpmAttestation attestation() throws IOException {
        if (failure.isPresent()) {
            throw failure.get();
        }
        return attestation;
    }

    @Override
    public ActivatedKey activate(ActivationBlob blob) throws IOException {
        if (!blob.credential().equals(attestation.endorsementKey().digest())) {
            throw new ActivationRefusedException("made for another TPM", new IOException("integrity"));
        }
        loaded++;
        mostLoaded = Math.max(mostLoaded, loaded);
        Secret key = Secret.of(blob.duplicate().toArray());
        return new ActivatedKey() {
            @Override
            public Bytes sign(byte[] message) {
                return key.hmacSha256(message);
            }

            @Override
            public void keep() {
                powerCut.step();
                kept = Optional.empty();
                powerCut.step();
                kept = Optional.of(key);
                powerCut.step();
            }

            @Override
            public void close() {
                loaded--;
            }
        };
    }

    @Override
    public boolean hasIdentityKey() {
        return kept.isPresent();
    }

    @Override
    public Bytes sign(byte[] message) throws IOException {
        return kept.orElseThrow(() -> new IOException("no key was kept")).hmacSha256(message);
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
