// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

/** The server has answered CONNECT, and not with yes. */
final class ConnackException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;

    /** @param code of spec: MQTT 3.1.1, 3.2.2.3 */
    ConnackException(int code, Throwable cause) {
        super("CONNACK " + code, cause);
        this.code = code;
    }

    int code() {
        return code;
    }
}
