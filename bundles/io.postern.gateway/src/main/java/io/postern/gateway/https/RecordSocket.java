// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A socket under TLS. That reads the head of each record by itself and then what is left of it; here a short record, as an
 * acknowledgement is one, takes one call of the system.
 */
class RecordSocket extends Socket {
    private static final int SHORT = 512; // octets; of a longer record the rest is read without a detour

    private @Nullable InputStream in;

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        InputStream known = in;
        if (known == null) {
            known = new BufferedInputStream(super.getInputStream(), SHORT);
            in = known;
        }
        return known;
    }
}
