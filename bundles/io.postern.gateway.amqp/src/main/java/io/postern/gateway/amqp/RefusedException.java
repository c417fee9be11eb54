// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.DpsAnswer;

/** The service has answered, and it is no. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient DpsAnswer answer;

    RefusedException(DpsAnswer answer) {
        super(answer.status() + ": " + answer.body());
        this.answer = answer;
    }

    /** What it would have said over HTTPS. */
    DpsAnswer answer() {
        return answer;
    }
}
