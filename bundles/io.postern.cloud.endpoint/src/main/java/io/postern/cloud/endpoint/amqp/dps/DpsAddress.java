// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import java.util.Optional;

/** {@code {idScope}/registrations/{registrationId}}: the address of a device's links and its user name. */
record DpsAddress(IdScope scope, RegistrationId id) {
    private static final String MIDDLE = "registrations";

    /** Whether a text means to be such an address; one official client begins it with a slash, the others do not. */
    static boolean isMeant(String text) {
        String[] parts = parts(text);
        return parts.length == 3 && parts[1].equalsIgnoreCase(MIDDLE);
    }

    /** @throws IllegalArgumentException when scope or id cannot be one, or {@code text} is not meant to be an address */
    static DpsAddress parse(String text) {
        if (!isMeant(text)) {
            throw new IllegalArgumentException("not {idScope}/registrations/{registrationId}");
        }
        String[] parts = parts(text);
        return new DpsAddress(IdScope.of(parts[0]), RegistrationId.of(parts[2]));
    }

    /** An attempt that shows nothing yet. */
    RegistrationAttempt attempt() {
        return new RegistrationAttempt(scope, request(), Optional.empty());
    }

    RegistrationRequest request() {
        return new RegistrationRequest(id, Optional.empty(), Optional.empty());
    }

    @Override
    public String toString() {
        return scope + "/" + MIDDLE + "/" + id;
    }

    private static String[] parts(String text) {
        return (text.startsWith("/") ? text.substring(1) : text).split("/", -1);
    }
}
