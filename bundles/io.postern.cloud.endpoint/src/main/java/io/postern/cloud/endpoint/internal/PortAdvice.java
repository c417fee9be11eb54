// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import java.io.IOException;
import java.util.Locale;

/** Turns the system's refusal of a port into what was tried and what to do next. */
final class PortAdvice {
    private PortAdvice() {}

    /**
     * A better worded failure with the old one as its cause.
     *
     * @param key the configuration key that sets the port
     */
    static IOException explain(IOException failure, String address, int port, String key) {
        String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        String place = "cannot listen on " + address + " port " + port + ": ";
        if (reason.contains("permission denied")) {
            return new IOException(
                    place + "ports below 1024 need root or CAP_NET_BIND_SERVICE; start as root, allow it with"
                            + " \"sysctl net.ipv4.ip_unprivileged_port_start=" + port + "\", or choose another " + key,
                    failure);
        }
        if (reason.contains("in use")) {
            return new IOException(
                    place + "another process has it (\"ss -ltnp sport = :" + port
                            + "\" shows which); stop that one or choose another " + key,
                    failure);
        }
        if (reason.contains("cannot assign")) {
            return new IOException(place + "this machine has no such address; set listen to one of its own", failure);
        }
        return new IOException(place + failure.getMessage(), failure);
    }
}
