// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Whether a host name leads to an address at which a server can be. */
record NameCheck(String host, Names names) implements Check {
    @Override
    public String name() {
        return "Name " + host;
    }

    @Override
    public Finding examine() {
        try {
            InetAddress address = names.find(host);
            boolean own = host.equals("localhost") || host.endsWith(".localhost");
            return (address.isLoopbackAddress() && !names.isGiven() && !own) || isNowhere(address)
                    ? lie(address)
                    : Finding.good("leads to " + address.getHostAddress());
        } catch (UnknownHostException | IllegalArgumentException e) {
            return Finding.fault(
                    "does not resolve (" + e.getMessage() + ")",
                    "Add \"ADDRESS " + host + "\" to the network's name service or /etc/hosts,"
                            + " or give the cloud's hosts file with --hosts FILE.");
        }
    }

    private static boolean isNowhere(InetAddress address) {
        return address.isAnyLocalAddress() || address.isMulticastAddress() || address.isLinkLocalAddress();
    }

    private Finding lie(InetAddress address) {
        return Finding.fault(
                "leads to " + address.getHostAddress() + ", where no server of yours can be",
                "A filter or a stale line answers for it: look at /etc/hosts and at the name service in /etc/resolv.conf.");
    }
}
