// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.AnsweredException;
import io.postern.sensor.modbus.ExceptionCode;
import io.postern.sensor.modbus.Request;

/** A unit said no. */
final class RefusedException extends AnsweredException {
    private static final long serialVersionUID = 1L;

    private final transient ExceptionCode code;

    RefusedException(int unit, Request request, ExceptionCode code) {
        super("unit " + unit + ", " + request + ": refused with exception " + code + advice(code));
        this.code = code;
    }

    private static String advice(ExceptionCode code) {
        return switch (code.code()) {
            case 10, 11 -> "; the gateway answers, the unit behind it does not: is it powered, is its address right?";
            default -> "";
        };
    }

    ExceptionCode code() {
        return code;
    }
}
