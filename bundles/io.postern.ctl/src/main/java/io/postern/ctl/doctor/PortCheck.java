// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Whether the cloud side could listen on a port of this machine. */
record PortCheck(InetAddress address, int port) implements Check {
    @Override
    public String name() {
        return "Port " + port;
    }

    @Override
    public Finding examine() {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, port));
            return Finding.good("free, and we may listen on it");
        } catch (IOException e) {
            return judge(String.valueOf(e.getMessage()));
        }
    }

    Finding judge(String reason) {
        if (reason.contains("Permission denied")) {
            return Finding.fault(
                    "only root may listen on it",
                    "sysctl -w net.ipv4.ip_unprivileged_port_start=" + Math.min(port, 443)
                            + ", run the cloud as root, or choose other ports (--https-port, --mqtt-port, --amqp-port).");
        }
        return Finding.warning(
                "cannot listen on it: " + reason,
                "Is the cloud running already? Else see who holds it: ss -ltnp 'sport = :" + port + "'");
    }
}
