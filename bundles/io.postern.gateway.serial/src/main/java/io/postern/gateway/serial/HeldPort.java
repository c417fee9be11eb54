// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A port in the hands of a line; the desk is told when it is given back, and whether it went by itself. */
final class HeldPort implements Port {
    private final Port port;
    private final BooleanSupplier there;
    private final Consumer<Boolean> closed;
    private boolean gone;
    private boolean over;

    /**
     * @param there whether the device it was opened at still is there, and not another one in its place
     * @param closed takes whether the port hung up
     */
    HeldPort(Port port, BooleanSupplier there, Consumer<Boolean> closed) {
        this.port = port;
        this.there = there;
        this.closed = closed;
    }

    @Override
    public int read(byte[] buffer, int offset) throws PortGoneException {
        try {
            return port.read(buffer, offset);
        } catch (PortGoneException e) {
            gone = true;
            throw e;
        }
    }

    @Override
    public void write(byte[] frame) throws PortGoneException {
        try {
            port.write(frame);
        } catch (PortGoneException e) {
            gone = true;
            throw e;
        }
    }

    @Override
    public void await(long nanos, Ticker ticker) throws InterruptedException {
        port.await(nanos, ticker);
    }

    @Override
    public void tune(SerialSettings settings) throws IOException {
        port.tune(settings);
    }

    @Override
    public boolean tells() {
        return port.tells();
    }

    @Override
    public boolean isThere() {
        gone |= !there.getAsBoolean();
        return !gone;
    }

    @Override
    public void close() {
        port.close();
        if (!over) {
            over = true;
            closed.accept(gone);
        }
    }
}
