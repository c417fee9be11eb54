// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.mqtt;

import java.io.IOException;

/** A broker answered a CONNECT with no. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
