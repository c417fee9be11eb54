// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.List;

/** Finds requests in what is heard at a unit's end, octet by octet. Made by {@link Framing#requests}; of one thread. */
public sealed interface RequestParser permits RtuRequestParser, AsciiRequestParser, TcpRequestParser {
    /**
     * A request whose frame is whole; what is in it is not looked at.
     *
     * @param unit 0 to 255
     * @param number of the transaction, which the answer repeats; on TCP only, else 0
     * @param pdu function and data, at least the function
     */
    record Heard(int unit, int number, Bytes pdu) {}

    /** @return the request that this octet completes, if any */
    List<Heard> accept(byte octet);

    /** The line was silent: what is not complete never will be. @return the request that the silence completes, if any */
    List<Heard> silence();
}
