// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.wire.Shown;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings of the MQTT link, checked.
 *
 * @param caFile the root certificates hubs are checked against, PEM; none means those of the Java runtime
 */
record MqttSettings(Optional<Path> caFile, int port) {
    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static MqttSettings parse(String caFile, int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: 1 to 65535, not " + port);
        }
        try {
            return new MqttSettings(caFile.isBlank() ? Optional.empty() : Optional.of(Path.of(caFile)), port);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("caFile: not a path: " + Shown.of(caFile), e);
        }
    }
}
