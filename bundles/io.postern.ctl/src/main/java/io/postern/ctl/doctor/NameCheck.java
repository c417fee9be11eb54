// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.net.UnknownHostException;

/** Whether a host name leads to an address. */
record NameCheck(String host, Names names) implements Check {
    @Override
    public String name() {
        return "Name " + host;
    }

    @Override
    public Finding examine() {
        try {
            return Finding.good("leads to " + names.find(host).getHostAddress());
        } catch (UnknownHostException | IllegalArgumentException e) {
            return Finding.fault(
                    "does not resolve (" + e.getMessage() + ")",
                    "Add \"ADDRESS " + host + "\" to the network's name service or /etc/hosts,"
                            + " or give the cloud's hosts file with --hosts FILE.");
        }
    }
}
