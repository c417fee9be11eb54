// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.identity.CertificateFile;
import io.postern.gateway.identity.KeyFile;
import io.postern.gateway.spi.SecurityModule;
import io.postern.wire.RegistrationId;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import java.nio.file.Path;
import java.util.Optional;

/** Which of its keys the gateway proves itself with, as configured. */
sealed interface IdentitySettings {
    /** As the key {@code identity} calls it. */
    default String text() {
        return switch (this) {
            case Tpm _ -> Tpm.TEXT;
            case TpmCertificate _ -> TpmCertificate.TEXT;
            case FileCertificate _ -> FileCertificate.TEXT;
            case SymmetricKey _ -> SymmetricKey.TEXT;
        };
    }

    /** Whether it is in the security module, where nobody can copy it; else it is in a file, which is weaker (DPS-08). */
    default boolean needsModule() {
        return switch (this) {
            case Tpm _, TpmCertificate _ -> true;
            case FileCertificate _, SymmetricKey _ -> false;
        };
    }

    /** The TPM's endorsement key. */
    record Tpm(Optional<RegistrationId> registrationId) implements IdentitySettings {
        static final String TEXT = "tpm";
    }

    /**
     * A certificate for a key that was made in the TPM.
     *
     * @param registrationId what its common name must be, when somebody says so
     */
    record TpmCertificate(Path certificate, Optional<RegistrationId> registrationId) implements IdentitySettings {
        static final String TEXT = "x509-tpm";

        CertificateFile open(SecurityModule module) {
            return new CertificateFile(certificate, new CertificateFile.InModule(module));
        }
    }

    /**
     * A certificate and its key in files.
     *
     * @param registrationId as above
     */
    record FileCertificate(Path certificate, Path key, Optional<RegistrationId> registrationId)
            implements IdentitySettings {
        static final String TEXT = "x509-file";

        CertificateFile open() {
            return new CertificateFile(certificate, new CertificateFile.InFile(key));
        }
    }

    /** A symmetric key in a file: the device's own or derived from a group's. */
    record SymmetricKey(RegistrationId registrationId, Path key) implements IdentitySettings {
        static final String TEXT = "symmetric-key";

        KeyFile open() {
            return new KeyFile(key);
        }
    }

    /** @throws IllegalArgumentException naming the key whose value is missing, of no use or unusable */
    static IdentitySettings of(GatewayConfig config) {
        return switch (config.identity().strip()) {
            case Tpm.TEXT -> {
                refuse(Tpm.TEXT, "certificateFile", config.certificateFile());
                refuse(Tpm.TEXT, "keyFile", config.keyFile());
                yield new Tpm(GatewaySettings.optional("registrationId", config.registrationId(), RegistrationId::of));
            }
            case TpmCertificate.TEXT -> {
                refuse(TpmCertificate.TEXT, "keyFile", config.keyFile());
                yield new TpmCertificate(
                        Setting.parse("certificateFile", config.certificateFile(), Path::of), name(config));
            }
            case FileCertificate.TEXT -> {
                yield new FileCertificate(
                        Setting.parse("certificateFile", config.certificateFile(), Path::of),
                        Setting.parse("keyFile", config.keyFile(), Path::of),
                        name(config));
            }
            case SymmetricKey.TEXT -> {
                refuse(SymmetricKey.TEXT, "certificateFile", config.certificateFile());
                yield new SymmetricKey(
                        Setting.parse("registrationId", config.registrationId(), RegistrationId::of),
                        Setting.parse("keyFile", config.keyFile(), Path::of));
            }
            default ->
                throw new IllegalArgumentException("identity: tpm, x509-tpm, x509-file or symmetric-key, not \""
                        + Shown.of(config.identity()) + "\"");
        };
    }

    private static void refuse(String identity, String key, String value) {
        if (!value.isBlank()) {
            throw new IllegalArgumentException(
                    key + ": of no use with identity " + identity + "; take one of the two away");
        }
    }

    private static Optional<RegistrationId> name(GatewayConfig config) {
        return GatewaySettings.optional("registrationId", config.registrationId(), RegistrationId::of);
    }
}
