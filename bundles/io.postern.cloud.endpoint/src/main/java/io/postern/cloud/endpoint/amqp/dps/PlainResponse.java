// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.wire.Bytes;
import java.util.Optional;

/** What a device says in SASL mechanism PLAIN: {@code [authorisation id] NUL user NUL password} (RFC 4616). */
record PlainResponse(String user, String password) {

    /** Empty when it is none, or its user name is not one of a registration. */
    static Optional<PlainResponse> read(Bytes initial) {
        String[] parts = initial.toUtf8().split("\0", -1);
        return parts.length == 3 && DpsAddress.isMeant(parts[1])
                ? Optional.of(new PlainResponse(parts[1], parts[2]))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "PlainResponse[user=" + user + "]"; // the password is a token
    }
}
