// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An answer that takes longer than a connection may be idle: that of a device to a method may take minutes. */
@Timeout(30)
class LongAnswerIT {
    private static final Duration IDLE = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    @Test
    void reachesItsClientAndTheConnectionServesTheNext() throws Exception {
        var never = new CountDownLatch(1);
        Route slow = request -> {
            try {
                boolean ended = request.has(0, "slow") && never.await(2 * IDLE.toMillis(), TimeUnit.MILLISECONDS);
                return Optional.of(Reply.empty(ended ? 500 : 204));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        try (TestListener listener = TestListener.impatient(IDLE, directory, slow)) {
            for (String path : new String[] {"/slow", "/quick"}) {
                HttpResponse<String> answer = listener.send(listener.request(path));
                assertThat(answer.statusCode()).isEqualTo(204);
            }
            // what the official clients are built on
            var connection = (HttpsURLConnection)
                    listener.uri(TestListener.NAMES.hubHost(), "/slow").toURL().openConnection();
            connection.setSSLSocketFactory(listener.tls(null).getSocketFactory());
            assertThat(connection.getResponseCode()).isEqualTo(204);
            connection.disconnect();
        }
    }
}
