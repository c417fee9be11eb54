// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;

/**
 * The octets of one secured connection in both directions, whether they travel on the socket itself or inside binary
 * WebSocket messages. A protocol that runs over one runs over the other.
 *
 * <p>Handlers run on the connection's event loop; all methods but {@link #remote}, {@link #write}, {@link
 * #isWriteQueueFull}, {@link #proven} and {@link #close} are called there.
 */
public interface Duplex {
    /** Address and port of the other side, for the log. */
    String remote();

    /** What the client showed during the TLS handshake, its own certificate first; empty when it showed none. */
    List<X509Certificate> clientCertificates();

    /** Where what arrives goes, in order; message borders of a WebSocket are not kept. */
    void onOctets(Consumer<byte[]> taken);

    /** Told once, when the connection has ended, whoever ended it. */
    void onEnd(Runnable ended);

    /** Told when the connection breaks, before {@link #onEnd}. */
    void onFailure(Consumer<Throwable> failed);

    /** Sends; the result says when the octets have left this process. */
    Future<Void> write(byte[] octets);

    /** Whether the other side reads more slowly than we write: wait for the last {@link #write} then. */
    boolean isWriteQueueFull();

    /** The other side has proven who it is, and is counted among the newcomers of its listener no more. Idempotent. */
    void proven();

    /** Takes no more octets from the other side until {@link #resume}. */
    void pause();

    void resume();

    /** Ends the connection: in good manners first, and within a few seconds also without. Idempotent. */
    void close();
}
