// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class HostsTest {
    @Test
    void writtenNamesAreLookedUpAndLocalhostStays() throws Exception {
        String address = LoopbackAddress.random();

        Hosts.write("127.9.9.9", "hub.hosts-test.example");
        Hosts.write(address, "hub.hosts-test.example", "tokens.hosts-test.example");

        assertThat(InetAddress.getAllByName("hub.hosts-test.example")).containsExactly(InetAddress.ofLiteral(address));
        assertThat(InetAddress.getAllByName("tokens.hosts-test.example"))
                .containsExactly(InetAddress.ofLiteral(address));
        assertThat(InetAddress.getAllByName("localhost")).allMatch(InetAddress::isLoopbackAddress);
    }
}
