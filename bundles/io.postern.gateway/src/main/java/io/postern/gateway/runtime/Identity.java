// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.gateway.identity.Attestation;
import io.postern.gateway.identity.Signer;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.provisioning.Provisioner;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.uplink.CertificateIdentity;
import io.postern.gateway.uplink.GatewayIdentity;
import io.postern.gateway.uplink.TokenIdentity;
import io.postern.gateway.uplink.UplinkLedger;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway's one identity, and what proves it: to the provisioning service first, to the hub afterwards. */
record Identity(Attestation attestation) {
    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

    /**
     * Of what the settings name; says so, once, when it is not in a chip (DPS-08).
     *
     * @throws IllegalArgumentException when a security module is needed and there is none
     */
    static Identity of(IdentitySettings settings, Optional<SecurityModule> module) {
        if (!settings.needsModule()) {
            LOG.atWarn()
                    .addKeyValue("identity", settings.text())
                    .log("the gateway's key is a file: whoever copies it is this gateway. A TPM would keep it;"
                            + " use identity tpm or x509-tpm where there is one");
        }
        return new Identity(
                switch (settings) {
                    case IdentitySettings.Tpm(var id) -> new Attestation.Tpm(required(module), id);
                    case IdentitySettings.TpmCertificate certificate ->
                        new Attestation.X509(certificate.open(required(module)), certificate.registrationId());
                    case IdentitySettings.FileCertificate certificate ->
                        new Attestation.X509(certificate.open(), certificate.registrationId());
                    case IdentitySettings.SymmetricKey key ->
                        new Attestation.SymmetricKey(key.registrationId(), key.open());
                });
    }

    Provisioner provisioner(
            Provisioner.Settings settings, Links links, StateStore store, InstantSource clock, Milestones milestones) {
        return switch (attestation) {
            case Attestation.Tpm tpm ->
                Provisioner.of(settings, tpm, links.forChallenges(), store, clock, Pause.REAL, milestones);
            case Attestation.X509 x509 ->
                Provisioner.of(settings, x509, links.any(), store, clock, Pause.REAL, milestones);
            case Attestation.SymmetricKey key ->
                Provisioner.of(settings, key, links.any(), store, clock, Pause.REAL, milestones);
        };
    }

    /** What the gateway shows its hub: the key an assignment by TPM brought, else what it registered with. */
    GatewayIdentity toHub(HubName hub, DeviceId device, UplinkLedger ledger, InstantSource clock) {
        return switch (attestation) {
            case Attestation.Tpm(SecurityModule module, var _) ->
                new TokenIdentity(module::sign, hub, device, ledger, clock, System::nanoTime);
            case Attestation.X509(var certificates, var _) -> new CertificateIdentity(certificates, hub, device);
            case Attestation.SymmetricKey(var _, var key) ->
                new TokenIdentity(key, hub, device, ledger, clock, System::nanoTime);
        };
    }

    /** What signs for the gateway when a signed time is checked; none for a certificate. */
    Optional<Signer> signer() {
        return switch (attestation) {
            case Attestation.Tpm(SecurityModule module, var _) -> Optional.of(module::sign);
            case Attestation.SymmetricKey(var _, var key) -> Optional.of(key);
            case Attestation.X509 _ -> Optional.empty();
        };
    }

    private static SecurityModule required(Optional<SecurityModule> module) {
        return module.orElseThrow(
                () -> new IllegalArgumentException("identity: a TPM is needed; configure io.postern.gateway.tpm"));
    }
}
