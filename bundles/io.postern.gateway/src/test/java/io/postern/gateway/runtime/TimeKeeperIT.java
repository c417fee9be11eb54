// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.TimeQuality;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.https.ScriptedServer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.time.Box;
import io.postern.gateway.time.TimeSource;
import io.postern.gateway.time.TimeWitness;
import io.postern.gateway.time.TrustedClock;
import io.postern.testkit.Await;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against real servers, whose answers have a date of now. */
@SuppressWarnings("NullAway.Init") // set before each test
class TimeKeeperIT {
    private static final String ADDRESS = LoopbackAddress.random();
    private static final List<String> NAMES = List.of("provisioning.time-keeper.example", "tokens.time-keeper.example");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    static Path directory;

    private static ServerIdentity identity;

    private final Box box = new Box(Instant.now().toString(), "1970-01-01T00:00:12Z");
    private final AtomicInteger confirmed = new AtomicInteger();
    private ScriptedServer server;
    private TrustedClock clock;
    private TimeKeeper keeper;

    @BeforeAll
    static void makeNamesAndKey() {
        Hosts.write(ADDRESS, NAMES.toArray(String[]::new));
        identity = ServerIdentity.selfSigned(directory, NAMES.toArray(String[]::new));
    }

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer(ADDRESS, identity);
        clock = box.open(System::nanoTime);
        TrustAnchors anchors = TrustAnchors.load(identity.pem());
        anchors.datesBy(clock);
        var https = new HttpsExchange(anchors, HttpsExchange.Limits.DEFAULT);
        https.heardBy(new TimeWitness(clock, Optional.empty(), System::nanoTime, new SplittableRandom(1)));
        List<URI> servers = NAMES.stream()
                .map(name -> URI.create("https://" + name + ":" + server.port() + "/"))
                .toList();
        keeper = new TimeKeeper(
                clock, confirmed::incrementAndGet, Optional.empty(), https, servers, new SplittableRandom(1), PATIENCE);
    }

    @AfterEach
    void stop() {
        keeper.close();
        server.close();
    }

    @Test
    void whoNeedsTheTimeGetsItFromTheFirstAnswersOfTwoServers() {
        server.willAnswer(404, "");
        server.willAnswer(404, "");
        keeper.start();
        keeper.look();
        assertThat(clock.state().quality()).isNotEqualTo(TimeQuality.UNKNOWN);
        Await.until(PATIENCE, "the second date", () -> clock.state().quality() == TimeQuality.CONFIRMED);
        assertThat(Duration.between(clock.instant(), Instant.now()).abs()).isLessThan(Duration.ofSeconds(20));
        Await.until(PATIENCE, "the word that it is confirmed", () -> confirmed.get() == 1);
    }

    @Test
    void whoNeedsTheTimeIsNotHeldUpWhereNobodyListens() {
        server.close();
        keeper.start();
        for (int times = 0; times < 3; times++) {
            keeper.look(); // refused connections end at once
        }
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.UNKNOWN);
        assertThat(confirmed.get()).isZero();
    }

    @Test
    void whereTheTimeIsConfirmedNobodyWaitsAndNobodyIsAsked() {
        clock.heard(box.claim(TimeSource.SIGNED));
        keeper.look(); // it does not even run
        assertThat(server.hasBeenAsked()).isFalse();
    }

    @Test
    void aServerThatIsSilentDoesNotHoldUpTheEnd() {
        keeper.start();
        Await.until(PATIENCE, "a question", server::hasBeenAsked);
        keeper.close();
        Await.until(PATIENCE, "its end", () -> !keeper.isRunning());
    }

    @Test
    void whoIsClosedWhileItWaitsForTheTimeGoesOn() throws InterruptedException {
        keeper.start();
        Await.until(PATIENCE, "a question that nobody answers", server::hasBeenAsked);
        Thread asking = Thread.ofVirtual().start(keeper::look);
        asking.interrupt();
        assertThat(asking.join(PATIENCE)).isTrue();
    }
}
