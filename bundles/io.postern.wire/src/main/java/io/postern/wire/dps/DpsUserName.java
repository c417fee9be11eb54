// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.dps;

import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.Shown;

/**
 * The MQTT user name of a device that comes to register: {@code
 * {idScope}/registrations/{registrationId}/api-version=...[&ClientVersion=...]}. A hub's user name begins with a host
 * name, which has a dot; an id scope has none.
 */
public record DpsUserName(IdScope scope, RegistrationId registration) {
    private static final String API_VERSION = "2019-03-31"; // what the official clients say

    /** Whether a user name is meant to be one of these, well-formed or not. */
    public static boolean isMeant(String text) {
        String[] parts = text.split("/", 3);
        return parts.length > 1 && parts[1].equalsIgnoreCase("registrations") && parts[0].indexOf('.') < 0;
    }

    /** @throws IllegalArgumentException when the text does not name an id scope and a registration */
    public static DpsUserName parse(String text) {
        String[] parts = text.split("/", 4);
        if (parts.length < 3 || !isMeant(text)) {
            throw new IllegalArgumentException(
                    "an MQTT user name to register with is {idScope}/registrations/{registrationId}/api-version=...,"
                            + " not \"" + Shown.of(text) + "\"");
        }
        return new DpsUserName(IdScope.of(parts[0]), RegistrationId.of(parts[2]));
    }

    public String text() {
        return scope + "/registrations/" + registration + "/api-version=" + API_VERSION + "&ClientVersion="
                + API_VERSION;
    }
}
