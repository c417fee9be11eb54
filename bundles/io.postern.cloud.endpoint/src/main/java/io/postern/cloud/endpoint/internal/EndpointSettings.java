// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.wire.HubName;
import io.postern.wire.Shown;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Settings of the listeners, checked.
 *
 * @param directory the data directory of the cloud side, absolute
 */
record EndpointSettings(InetAddress listen, EndpointPorts ports, CloudNames names, Path directory) {
    static final String PID = "io.postern.cloud.endpoint: ";

    /** @throws IllegalArgumentException naming the key that is wrong */
    static EndpointSettings of(String listen, EndpointPorts ports, String domain, String directory) {
        if (directory.isBlank()) {
            throw new IllegalArgumentException(PID + "directory must name the data directory");
        }
        return new EndpointSettings(
                address(listen), ports, names(domain), Path.of(directory).toAbsolutePath());
    }

    /** The same, where devices register at {@code host}; at the usual name when it is empty. */
    EndpointSettings registeringAt(String host) {
        try {
            return host.isBlank()
                    ? this
                    : new EndpointSettings(listen, ports, names.registeringAt(host.strip()), directory);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PID + "provisioningHost: " + e.getMessage(), e);
        }
    }

    /** In front of these hubs, the default first. */
    EndpointSettings serving(List<HubName> hubs) {
        try {
            return new EndpointSettings(listen, ports, names.with(hubs), directory);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("io.postern.cloud.hub and " + PID + e.getMessage(), e);
        }
    }

    /** Where clients on this machine find the listeners: a listener on all addresses is found at the loopback one. */
    String reachedAt() {
        return (listen.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : listen).getHostAddress();
    }

    /** A file that need not be there; empty when none is named. */
    static Optional<Path> file(String name) {
        return Optional.of(name).filter(text -> !text.isBlank()).map(text -> Path.of(text)
                .toAbsolutePath());
    }

    private static InetAddress address(String listen) {
        try {
            return InetAddress.getByName(listen);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    PID + "listen must be an address of this machine, not \"" + Shown.of(listen) + "\"", e);
        }
    }

    private static CloudNames names(String domain) {
        try {
            return new CloudNames(domain);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PID + "domain: " + e.getMessage(), e);
        }
    }
}
