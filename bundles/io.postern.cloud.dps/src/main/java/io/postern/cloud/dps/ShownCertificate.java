// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.shipment.EndorsementCertificate;
import io.postern.wire.Json;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endorsement-key certificate that a device sends along in the payload of its registration, where our own gateways
 * put it: {@code {"postern":{"endorsementKeyCertificate":"base64 of the DER"}}}. Other devices send none.
 */
final class ShownCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ShownCertificate.class);

    private ShownCertificate() {}

    /** Empty also when what stands there is no certificate; the log tells. */
    static Optional<EndorsementCertificate> of(RegistrationAttempt attempt) {
        return attempt.request()
                .payload()
                .flatMap(payload -> Json.object(payload, "postern"))
                .flatMap(postern -> Json.text(postern, "endorsementKeyCertificate"))
                .filter(text -> !text.isBlank())
                .flatMap(text -> parse(attempt, text));
    }

    private static Optional<EndorsementCertificate> parse(RegistrationAttempt attempt, String text) {
        try {
            return Optional.of(EndorsementCertificate.parse(text));
        } catch (IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("registrationId", attempt.id())
                    .log("passed over payload.postern.endorsementKeyCertificate: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
