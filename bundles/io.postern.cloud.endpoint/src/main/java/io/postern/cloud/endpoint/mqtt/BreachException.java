// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

/** The device did what it may not. */
final class BreachException extends Exception {
    private static final long serialVersionUID = 1;

    BreachException(String message) {
        super(message);
    }
}
