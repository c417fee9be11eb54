// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;

/** The instrument answered and said no: it is there, and asking it costs the line no waiting. */
public class AnsweredException extends IOException {
    private static final long serialVersionUID = 1L;

    public AnsweredException(String message) {
        super(message);
    }
}
