// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.postern.cloud.endpoint.tls.ShownCertificates;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;

/** A connection whose octets travel on the TLS socket itself. */
public final class NetSocketDuplex implements Duplex {
    private final NetSocket socket;

    /** Takes over a fresh socket; called on its event loop. */
    public NetSocketDuplex(NetSocket socket) {
        this.socket = socket;
    }

    @Override
    public String remote() {
        return socket.remoteAddress() == null
                ? "unknown"
                : socket.remoteAddress().toString();
    }

    @Override
    public List<X509Certificate> clientCertificates() {
        return ShownCertificates.in(socket.sslSession());
    }

    @Override
    public void onOctets(Consumer<byte[]> taken) {
        socket.handler(chunk -> taken.accept(chunk.getBytes()));
    }

    @Override
    public void onEnd(Runnable ended) {
        socket.closeHandler(_ -> ended.run());
    }

    @Override
    public void onFailure(Consumer<Throwable> failed) {
        socket.exceptionHandler(failed::accept);
    }

    @Override
    public Future<Void> write(byte[] octets) {
        return socket.write(Buffer.buffer(octets));
    }

    @Override
    public boolean isWriteQueueFull() {
        return socket.writeQueueFull();
    }

    @Override
    public void proven() {
        DoorwayChannel.proven(
                ((NetSocketInternal) socket).channelHandlerContext().channel());
    }

    @Override
    public void pause() {
        socket.pause();
    }

    @Override
    public void resume() {
        socket.resume();
    }

    @Override
    public void close() {
        socket.close();
        LastResort.cutSoon(((NetSocketInternal) socket).channelHandlerContext());
    }
}
