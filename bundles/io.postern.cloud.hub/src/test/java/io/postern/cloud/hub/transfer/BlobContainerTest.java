// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobContainerTest {
    @Test
    void aStoreThatPointsElsewhereIsNotFollowed() throws IOException {
        var asked = new AtomicInteger();
        HttpServer inside = HttpServer.create(new InetSocketAddress(LoopbackAddress.random(), 0), 4);
        inside.createContext("/", exchange -> {
            try (exchange) {
                asked.incrementAndGet();
                exchange.sendResponseHeaders(200, -1);
            }
        });
        HttpServer store = HttpServer.create(new InetSocketAddress(LoopbackAddress.random(), 0), 4);
        store.createContext("/", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().add("Location", address(inside) + "/secret");
                exchange.sendResponseHeaders(307, -1);
            }
        });
        inside.start();
        store.start();
        try (HttpClient client = BlobContainer.client()) {
            var container = new BlobContainer(client, URI.create(address(store) + "/box?sig=x"));
            assertThatThrownBy(() -> container.read("devices.txt")).hasMessageContaining("answered with 307");
            BlobContainer.Writer writer = container.write("devices.txt");
            assertThatThrownBy(writer::finish).hasMessageContaining("answered with 307");
            assertThat(asked).hasValue(0);
        } finally {
            inside.stop(0);
            store.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://store.example",
                "http://localhost:8080",
                "http://169.254.169.254",
                "http://10.0.0.1",
                "http://[fe80::1]",
                "http://2130706433x",
                "file:///etc",
                "https://store.example/box"
            })
    void anOriginIsHttpsOrALiteralAddressOfThisMachine(String text) {
        assertThatThrownBy(() -> BlobContainer.parseOrigin(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://store.example@10.0.0.1/box",
                "https://store.example.evil/box",
                "https://store.example:8443/box",
                "http://store.example/box",
                "https://169.254.169.254/box",
                "https://localhost/box",
                "https://store.example/box/../../admin",
                "https://store.example/%2e%2e/box",
                "https://store.example/box#x",
                "https://store%2eexample/box",
                "//store.example/box"
            })
    void anAddressThatOnlyResemblesAnAllowedOneIsNotAllowed(String text) {
        List<String> origins = List.of(BlobContainer.parseOrigin("https://store.example"));
        assertThatThrownBy(() -> BlobContainer.allowed(text, origins)).isInstanceOf(IllegalArgumentException.class);
        assertThat(BlobContainer.allowed("https://STORE.example:443/box?sig=x", origins))
                .isNotNull();
    }

    private static String address(HttpServer server) {
        return "http://" + server.getAddress().getHostString() + ":"
                + server.getAddress().getPort();
    }
}
