// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.dps.Standing;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import io.postern.wire.dps.DpsUserName;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.mqtt.Packet.Connect;
import io.postern.wire.mqtt.Packet.ConnectReturn;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Decides about a CONNECT of a device that comes to register: client id = registration id, user name = {@code
 * {idScope}/registrations/{id}/...}, password = SAS token, or none beside a client certificate. The proof is examined
 * here, so that a stranger gets no further, and once more with each request: a token may expire, an enrollment be
 * disabled in between. Nothing is registered by connecting.
 */
final class DpsAdmission {
    private final RegistrationDesk desk;

    DpsAdmission(RegistrationDesk desk) {
        this.desk = desk;
    }

    /** @param shown what the client showed in the TLS handshake, its own certificate first; empty when it showed none */
    Admission.Decision decide(Connect connect, List<X509Certificate> shown) {
        if (connect.password().isEmpty() && shown.isEmpty()) {
            return malformed("no password, and no client certificate in the TLS handshake");
        }
        try {
            DpsUserName user = DpsUserName.parse(connect.userName().orElseThrow());
            Optional<SasToken> token = connect.password().map(password -> SasToken.parse(password.revealUtf8()));
            Optional<CertificateChain> chain =
                    shown.isEmpty() ? Optional.empty() : Optional.of(new CertificateChain(shown));
            var nothing = new RegistrationRequest(user.registration(), Optional.empty(), Optional.empty());
            return refusal(connect, user)
                    .<Admission.Decision>map(DpsAdmission::refused)
                    .orElseGet(() -> examine(new RegistrationAttempt(user.scope(), nothing, token, chain)));
        } catch (IllegalArgumentException e) {
            return malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> refusal(Connect connect, DpsUserName user) {
        if (!connect.clientId().equalsIgnoreCase(user.registration().text())) {
            return Optional.of("the client id \"" + Shown.of(connect.clientId()) + "\" is not the registration id "
                    + user.registration() + " of the user name");
        }
        return connect.will().map(_ -> "it has a will, and nobody here would hear it");
    }

    private Admission.Decision examine(RegistrationAttempt attempt) {
        return switch (desk.prove(attempt)) {
            case Standing.Proven(RegistrationAttempt proven) -> new Admission.AtTheDesk(proven);
            case Standing.Challenged _ -> refused(Refusal.OTHER_ATTESTATION, "it is enrolled with a TPM");
            case Standing.Refused(Refusal why, String text) -> refused(why, text);
        };
    }

    /** spec: provisioning over MQTT has no form for a TPM's challenge */
    private static Admission.Decision refused(Refusal why, String text) {
        return refused(
                why == Refusal.OTHER_ATTESTATION
                        ? why + ": " + text + "; a TPM can attest over HTTPS and AMQP, not over MQTT"
                        : why + ": " + text);
    }

    private static Admission.Decision refused(String reason) {
        return new Admission.Refused(ConnectReturn.NOT_AUTHORIZED, "registration", reason);
    }

    private static Admission.Decision malformed(String reason) {
        return new Admission.Refused(ConnectReturn.BAD_USER_NAME_OR_PASSWORD, "malformed", reason);
    }
}
