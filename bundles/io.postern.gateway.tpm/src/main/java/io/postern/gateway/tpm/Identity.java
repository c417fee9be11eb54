// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.TpmAttestation;
import java.io.IOException;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.util.Optional;

/**
 * {@code ./postern identity --tpm DEVICE [--json | --csr [--name NAME]]}: what an operator needs to enroll a gateway.
 * Public keys only.
 *
 * <p>Makes the standard keys when the slots are empty, exactly as the gateway would, so that both show the same.
 */
public final class Identity {
    private static final String USAGE =
            "usage: ./postern identity --tpm dev:/dev/tpmrm0 | tcp:HOST:PORT | unix:PATH [--json | --csr [--name NAME]]";

    private Identity() {}

    public static void main(String[] args) {
        System.exit(show(args, System.out, System.err));
    }

    /** The exit code: 0 shown, 1 the TPM does not answer, 2 wrong usage. */
    static int show(String[] args, PrintStream out, PrintStream err) {
        Optional<String> device = Optional.empty();
        boolean json = false;
        boolean request = false;
        Optional<String> name = Optional.empty();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--tpm") && i + 1 < args.length) {
                device = Optional.of(args[++i]);
            } else if (args[i].equals("--json")) {
                json = true;
            } else if (args[i].equals("--csr")) {
                request = true;
            } else if (args[i].equals("--name") && i + 1 < args.length) {
                name = Optional.of(args[++i]);
            } else {
                err.println(USAGE);
                return 2;
            }
        }
        if (json && request || name.isPresent() && !request) {
            err.println(USAGE);
            return 2;
        }
        try (TpmSecurityModule tpm = TpmSecurityModule.at(device.orElse("dev:/dev/tpmrm0"))) {
            if (request) {
                Optional<RegistrationId> chosen = name.map(RegistrationId::of);
                RegistrationId id = chosen.isPresent()
                        ? chosen.get()
                        : tpm.attestation().endorsementKey().registrationId();
                out.print(CertificateRequest.pem(id, tpm.certificateKey()));
            } else {
                print(tpm.attestation(), json, out);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.println(USAGE);
            return 2;
        } catch (IOException | GeneralSecurityException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private static void print(TpmAttestation attestation, boolean json, PrintStream out) {
        String id = attestation.endorsementKey().registrationId().text();
        String endorsementKey = attestation.endorsementKey().tpm2bPublic().toBase64();
        String storageRootKey = attestation.storageRootKey().tpm2bPublic().toBase64();
        if (json) {
            out.println(Json.object()
                    .add("registrationId", id)
                    .add("endorsementKey", endorsementKey)
                    .add("storageRootKey", storageRootKey)
                    .build());
            return;
        }
        out.println("registration id   " + id);
        out.println("endorsement key   " + endorsementKey);
        out.println("storage root key  " + storageRootKey);
        out.println();
        out.println("Enroll it:  ./postern ctl enrollments add --device-id NAME --ek " + endorsementKey);
    }
}
