// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The JDK's TLS with cipher suites in an order that counts: Vert.x 4.5 hands them on as a set that has none. */
final class OrderedSuites extends JdkSSLEngineOptions {
    private final List<String> suites;

    OrderedSuites(List<String> suites) {
        this.suites = List.copyOf(suites);
    }

    @Override
    public OrderedSuites copy() {
        return new OrderedSuites(suites);
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new DefaultSslContextFactory(SslProvider.JDK, false) {
            @Override
            public SslContextFactory enabledCipherSuites(Set<String> unordered) {
                return super.enabledCipherSuites(new LinkedHashSet<>(suites));
            }
        };
    }
}
