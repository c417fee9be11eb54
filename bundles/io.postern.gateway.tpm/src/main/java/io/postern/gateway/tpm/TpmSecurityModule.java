// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.tpm.Chip.Loaded;
import io.postern.wire.Bytes;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The security module over a TPM 2.0.
 *
 * <p>It uses the slots other provisioning clients use: endorsement key 0x81010001, storage root key 0x81000001, hub key
 * 0x81000100; and 0x81000101 for the key of a certificate. Its counter is the NV index
 * 0x01800101. Connects when first asked, and again when the connection breaks; a hub key that was kept survives both,
 * and power cuts too.
 */
public final class TpmSecurityModule implements SecurityModule, AutoCloseable {
    private final Chip chip;
    private final Activation activation;
    private volatile @Nullable Known known;
    private @Nullable TpmProvider provider; // guarded by this

    /** Keys that were read in {@code epoch}; another epoch may mean another TPM. */
    private record Known(long epoch, TpmAttestation attestation) {}

    TpmSecurityModule(Chip chip, RandomGenerator random) {
        this.chip = chip;
        this.activation = new Activation(random);
    }

    /**
     * @param device {@code dev:/dev/tpmrm0}, {@code unix:/path} or {@code tcp:host:port}
     * @throws IllegalArgumentException when the address has none of these forms
     */
    public static TpmSecurityModule at(String device) {
        return new TpmSecurityModule(
                new Chip(DeviceAddress.parse(device), CommandChannel.Patience.DEFAULT), new SecureRandom());
    }

    @Override
    public TpmAttestation attestation() throws IOException {
        Known last = known;
        if (last != null && last.epoch() == chip.epoch()) {
            return last.attestation();
        }
        Known read = chip.run("read the identity", tpm -> new Known(chip.epoch(), KeySlots.attestation(tpm)));
        known = read;
        return read.attestation();
    }

    /** The DER of the maker's certificate for the endorsement key; empty when the TPM holds none. */
    @Override
    public Optional<Bytes> endorsementCertificate() throws IOException {
        return chip.run("read the certificate of the endorsement key", EndorsementCertificate::read);
    }

    @Override
    public ActivatedKey activate(ActivationBlob blob) throws IOException {
        attestation(); // both keys must be in their slots
        return new LoadedKey(
                chip.run("open the challenge", tpm -> new Loaded(activation.load(tpm, blob), chip.epoch())));
    }

    @Override
    public boolean hasIdentityKey() throws IOException {
        return chip.run("look for the hub key", KeySlots::hasHubKey);
    }

    @Override
    public Bytes sign(byte[] message) throws IOException {
        return chip.run("sign with the hub key", tpm -> HmacSigner.sign(tpm, KeySlots.HUB_KEY, message));
    }

    @Override
    public KeyPair certificateKey() throws IOException {
        attestation(); // the storage root key must be in its slot
        ECPublicKey publicKey = chip.run("read the key of the gateway's certificate", CertificateKey::readOrMake);
        return new KeyPair(publicKey, new TpmPrivateKey(provider(), publicKey));
    }

    @Override
    public Optional<BoxCount> countOn() throws IOException {
        return Optional.of(chip.run("count on", BoxCounter::countOn));
    }

    private synchronized TpmProvider provider() {
        if (provider == null) {
            provider = TpmProvider.install(
                    digest -> chip.run("sign with the certificate's key", tpm -> CertificateKey.sign(tpm, digest)));
        }
        return provider;
    }

    private synchronized void removeProvider() {
        if (provider != null) {
            provider.remove();
            provider = null;
        }
    }

    /** How many commands the TPM has been sent so far. */
    public long commands() {
        return chip.commands();
    }

    /** Gives the device free; the next call connects again. */
    @Override
    public void close() {
        removeProvider();
        chip.close();
    }

    private final class LoadedKey implements ActivatedKey {
        private final Loaded key;
        private boolean closed; // guarded by this

        LoadedKey(Loaded key) {
            this.key = key;
        }

        @Override
        public Bytes sign(byte[] message) throws IOException {
            return chip.runOn(key, "sign with the new key", tpm -> HmacSigner.sign(tpm, key.handle(), message));
        }

        @Override
        public void keep() throws IOException {
            chip.runOn(key, "keep the hub key", tpm -> {
                KeySlots.keepHubKey(tpm, key.handle());
                return key;
            });
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                chip.unload(key);
            }
        }
    }
}
