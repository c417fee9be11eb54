// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.gateway.spi.SecurityModule;
import io.postern.wire.Bytes;
import io.postern.wire.Setting;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.security.KeyPair;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** Offers the TPM of the configuration as the gateway's security module. */
@Component(configurationPid = "io.postern.gateway.tpm", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class TpmComponent implements SecurityModule {
    private final TpmSecurityModule module;

    /** The keys of the PID {@code io.postern.gateway.tpm}. */
    public @interface Config {
        /** Where the TPM is: {@code dev:/dev/tpmrm0}, {@code unix:/path} or {@code tcp:host:port}. */
        String device() default "dev:/dev/tpmrm0";
    }

    @Activate
    public TpmComponent(Config config) {
        module = Setting.parse("device", config.device(), TpmSecurityModule::at);
    }

    @Deactivate
    void deactivate() {
        module.close();
    }

    @Override
    public TpmAttestation attestation() throws IOException {
        return module.attestation();
    }

    @Override
    public ActivatedKey activate(ActivationBlob blob) throws IOException {
        return module.activate(blob);
    }

    @Override
    public boolean hasIdentityKey() throws IOException {
        return module.hasIdentityKey();
    }

    @Override
    public Bytes sign(byte[] message) throws IOException {
        return module.sign(message);
    }

    @Override
    public Optional<Bytes> endorsementCertificate() throws IOException {
        return module.endorsementCertificate();
    }

    @Override
    public KeyPair certificateKey() throws IOException {
        return module.certificateKey();
    }

    @Override
    public Optional<BoxCount> countOn() throws IOException {
        return module.countOn();
    }
}
