// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;

/** The protocol of a session has no words for what was asked, as HTTPS has none for twins; the session goes on. */
public final class NotOverThisTransportException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param what that cannot be done, such as "read a twin" */
    public NotOverThisTransportException(Transport transport, String what) {
        super(transport.text() + " has no way to " + what + "; another transport has");
    }
}
