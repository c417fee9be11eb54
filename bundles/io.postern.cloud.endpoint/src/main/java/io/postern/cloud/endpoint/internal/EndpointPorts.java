// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

/**
 * The ports of the listeners.
 *
 * @param https 0 leaves the choice to the system, as for the others
 */
record EndpointPorts(int https, int mqtt, int amqp) {
    /** @throws IllegalArgumentException naming the configuration key that is wrong */
    EndpointPorts {
        check("httpsPort", https);
        check("mqttPort", mqtt);
        check("amqpPort", amqp);
    }

    private static void check(String key, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(EndpointSettings.PID + key + " is 0 to 65535, not " + port);
        }
    }
}
