// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import java.io.IOException;

/** The port has hung up: the adapter was pulled or its driver is gone. Only a new port helps. */
final class PortGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    PortGoneException(String message) {
        super(message);
    }
}
