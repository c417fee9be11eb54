// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Request;
import java.io.IOException;

/** A unit gave no usable answer. */
final class ModbusException extends IOException {
    private static final long serialVersionUID = 1L;

    ModbusException(int unit, Request request, String what) {
        super("unit " + unit + ", " + request + ": " + what);
    }
}
