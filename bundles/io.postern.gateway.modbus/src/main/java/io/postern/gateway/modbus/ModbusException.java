// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.ExceptionCode;
import java.io.IOException;

/** A unit gave no usable answer. */
final class ModbusException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What became of the answer. */
    sealed interface Fault {
        /** Nothing came. */
        record Mute() implements Fault {}

        /** Something came that is not the answer. */
        record Garbled(String what) implements Fault {}

        /** The unit said no. */
        record Refused(ExceptionCode code) implements Fault {}

        /** Whether {@code other} is the same trouble; noise is never twice the same and yet one trouble. */
        default boolean isLike(Fault other) {
            return equals(other) || (this instanceof Garbled && other instanceof Garbled);
        }
    }

    private final transient Fault fault;

    ModbusException(int unit, ReadRequest request, Fault fault) {
        super("unit " + unit + ", reading " + request + ": "
                + switch (fault) {
                    case Fault.Mute() -> "no answer; is it powered, is its address right, are the wires swapped?";
                    case Fault.Garbled(String what) -> what;
                    case Fault.Refused(ExceptionCode code) -> "refused with exception " + code;
                });
        this.fault = fault;
    }

    Fault fault() {
        return fault;
    }
}
