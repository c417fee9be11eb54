// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import java.io.IOException;
import java.time.Duration;

/** A bus of the board that is open. */
interface I2cBus extends AutoCloseable {
    /**
     * Writes, then reads, as one transaction with a repeated start between.
     *
     * @param chip seven bits
     * @param command may be empty
     * @param answer is filled whole; may be empty
     * @throws IOException when the chip does not acknowledge or the bus is not free; with what to do
     */
    void transfer(int chip, byte[] command, byte[] answer) throws IOException;

    /** Leaves the bus alone while a chip works at what it was told. */
    void rest(Duration time) throws InterruptedException;

    @Override
    void close();

    @FunctionalInterface
    interface Opener {
        /** @param bus as {@code i2c-1} */
        I2cBus open(String bus) throws IOException;
    }
}
