// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.UnreachableException;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** What kept a session from its hub, in a word that programs can tell apart. */
enum TroubleCode {
    /** The hub's name is not known here. */
    NAME,
    /** Whoever answers does not prove to be the hub. */
    TLS,
    /** Nobody there, or nobody who speaks the protocol. */
    UNREACHABLE,
    /** The hub does not accept the device, or what it shows. */
    NOT_AUTHORIZED,
    /** The hub has no time, or a quota is used up. */
    BUSY,
    /** There was a session, and it ended. */
    LOST,
    /** The hub said something else. */
    FAILED,
    /** The token service was not reached, or has no time. */
    NO_TOKEN,
    /** The token service said no. */
    REFUSED,
    /** The token service waits for an operator. */
    WAITING,
    /** A mistake in the gateway itself. */
    DEFECT;

    /** @param open whether there was a session */
    static TroubleCode of(Exception trouble, boolean open) {
        return switch (trouble) {
            case NoTokenException _ -> NO_TOKEN;
            case NotAuthorizedException _ -> NOT_AUTHORIZED;
            case ThrottledException _ -> BUSY;
            case UnreachableException unreachable -> behind(unreachable);
            case RuntimeException _ -> DEFECT;
            default -> open ? LOST : FAILED;
        };
    }

    private static TroubleCode behind(Throwable unreachable) {
        for (Throwable cause = unreachable.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return TLS;
            }
            if (cause instanceof UnknownHostException) {
                return NAME;
            }
        }
        return UNREACHABLE;
    }

    /** As it is shown: in lower case, with hyphens. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
