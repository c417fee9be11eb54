// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OpenConnectionsIT {
    @TempDir
    Path directory;

    @Test
    void moreThanTheListenerHoldsAreClosedAndTheLogSaysSoOnce() throws Exception {
        Route everything = _ -> Optional.of(new Reply(200, Reply.empty(200).headers(), Bytes.utf8("here")));
        try (CapturedLog log = CapturedLog.start();
                TestListener listener = TestListener.holding(2, directory, everything)) {
            SSLSocket first = connect(listener);
            SSLSocket second = connect(listener);
            assertThat(ask(first)).contains("200 OK");
            assertThat(ask(second)).contains("200 OK");

            for (int i = 0; i < 5; i++) {
                try (SSLSocket refused = connect(listener)) {
                    assertThat(ask(refused)).isEmpty();
                }
            }
            log.await("HTTPS connections refused", "2 are open already", "refused=1", "remote=");
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("HTTPS connections refused"))
                    .hasSize(1);

            first.close();
            Await.until(Duration.ofSeconds(20), "one that has left makes room", () -> {
                try (SSLSocket next = connect(listener)) {
                    return ask(next).contains("200 OK");
                }
            });
            second.close();
        }
    }

    private static SSLSocket connect(TestListener listener) throws Exception {
        var socket = (SSLSocket)
                listener.tls(null).getSocketFactory().createSocket(TestListener.NAMES.hubHost(), listener.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** What comes back; nothing when the connection was closed. */
    private static String ask(SSLSocket socket) {
        try {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + TestListener.NAMES.hubHost() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[4096];
            int length = socket.getInputStream().read(answer);
            return length < 0 ? "" : new String(answer, 0, length, StandardCharsets.US_ASCII);
        } catch (IOException _) {
            return "";
        }
    }
}
