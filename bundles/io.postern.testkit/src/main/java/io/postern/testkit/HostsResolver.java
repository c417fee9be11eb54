// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Answers for the names of {@link Hosts} without reading a file: the JDK reads its hosts file through a channel that an
 * interrupt closes, so that one interrupted thread makes look-ups of others fail. All else is the JDK's.
 */
public final class HostsResolver extends InetAddressResolverProvider {
    @Override
    public String name() {
        return "the names of this test run";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver usual = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                Optional<String> address = Hosts.address(host);
                return address.isPresent()
                        ? Stream.of(InetAddress.getByAddress(
                                host, InetAddress.getByName(address.get()).getAddress()))
                        : usual.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return usual.lookupByAddress(address);
            }
        };
    }
}
