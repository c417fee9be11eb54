// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** Octets to and from a server that has proven its name. */
public interface Channel extends AutoCloseable {
    InputStream in();

    OutputStream out();

    /** The longest a read may wait from now on, before it throws {@link java.net.SocketTimeoutException}; zero for ever. */
    void patience(Duration silence) throws IOException;

    /** Ends reads and writes of other threads; idempotent. */
    @Override
    void close();
}
