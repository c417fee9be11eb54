// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.TimeQuality;
import io.postern.gateway.identity.Signer;
import io.postern.testkit.LabCa;
import io.postern.testkit.LogCapture;
import io.postern.wire.Secret;
import io.postern.wire.SignedTime;
import java.io.IOException;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // set before each test
class TimeWitnessTest {
    private static final String NOW = "2026-11-22T08:00:00Z";
    private static final Secret KEY = Secret.utf8("the gateway's own key");
    private static final Duration TRIP = Duration.ofMillis(80);
    private static final List<Certificate> CHAIN = List.copyOf(
            LabCa.root("plant", Instant.parse(NOW)).server("cloud.example").chain());

    private final Box box = new Box(NOW, "1970-01-01T00:00:12Z");
    private TrustedClock clock;
    private TimeWitness witness;

    @BeforeEach
    void open() throws Exception {
        clock = box.open();
        witness = witness(Optional.of(KEY::hmacSha256));
    }

    @Test
    void aTimeSignedForItsOwnQuestionConfirmsAtOnce() {
        String nonce = witness.nonce().orElseThrow();
        hear(Optional.of(signed(nonce, box.truth(), KEY)), Optional.of(nonce), Optional.empty(), TRIP);
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.CONFIRMED);
        assertThat(clock.state().source()).isEqualTo("signed");
        assertThat(Duration.between(clock.instant(), box.truth()).abs()).isLessThanOrEqualTo(TRIP.dividedBy(2));
    }

    @Test
    void aTimeOfAnotherKeyOrForAnotherQuestionIsNotBelievedAndTheDateIsHeardInItsPlace() {
        String nonce = witness.nonce().orElseThrow();
        String other = witness.nonce().orElseThrow();
        Instant wrong = box.truth().plus(Duration.ofDays(400));
        try (LogCapture log = LogCapture.start()) {
            for (String lie : List.of(signed(nonce, wrong, Secret.utf8("another")), signed(other, wrong, KEY))) {
                hear(Optional.of(lie), Optional.of(nonce), Optional.of(date(box.truth())), TRIP);
            }
            assertThat(log.lines()).anyMatch(line -> line.contains("not signed with this gateway's key"));
        }
        assertThat(clock.state().source()).isEqualTo("server");
        assertThat(Duration.between(clock.instant(), box.truth()).abs()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aSignedTimeThatNobodyAskedForIsNoneForItMayBeOld() {
        String old = signed(witness.nonce().orElseThrow(), box.truth(), KEY);
        hear(Optional.of(old), Optional.empty(), Optional.empty(), TRIP);
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "2026-11-22T08:00:00Z",
                "2026-11-22T08:00:00Z ?",
                "yesterday AAAA",
                "-999999999-01-01T00:00:00Z AAAA",
                "2026-11-22T08:00:00Z AAAA AAAA",
                "2026-11-22T08:00:00Z \u0000"
            })
    void whatIsNoSignedTimeHurtsNothing(String header) {
        String nonce = witness.nonce().orElseThrow();
        hear(Optional.of(header), Optional.of(nonce), Optional.of(date(box.truth())), TRIP);
        assertThat(clock.state().source()).isEqualTo("server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "Sun, 32 Nov 2026 08:00:00 GMT", "Sun, 22 Nov 2026 08:00:00", "1795334400"})
    void whatIsNoDateIsNotHeard(String header) {
        hear(Optional.empty(), Optional.empty(), Optional.of(header), TRIP);
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.UNKNOWN);
    }

    @Test
    void aDateCountsOnlyInsideTheValidityOfTheCertificatesThatVouchForIt() {
        hear(Optional.empty(), Optional.empty(), Optional.of(date(box.truth().plus(Duration.ofDays(20_000)))), TRIP);
        witness.heard(answer(List.of(), Optional.empty(), Optional.empty(), Optional.of(date(box.truth())), TRIP));
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.UNKNOWN);
        hear(Optional.empty(), Optional.empty(), Optional.of(date(box.truth())), TRIP);
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.ESTIMATED);
    }

    @Test
    void anAnswerThatTookTooLongIsOfNoUse() {
        String nonce = witness.nonce().orElseThrow();
        hear(
                Optional.of(signed(nonce, box.truth(), KEY)),
                Optional.of(nonce),
                Optional.of(date(box.truth())),
                Duration.ofSeconds(21));
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.UNKNOWN);
    }

    @Test
    void itAsksWithADifferentNumberEachTimeUntilItHasHeardAndOnceAnHourAfterwards() {
        Set<String> numbers = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            String nonce = witness.nonce().orElseThrow();
            assertThat(SignedTime.isNonce(nonce)).isTrue();
            numbers.add(nonce);
        }
        assertThat(numbers).hasSize(20);
        String nonce = witness.nonce().orElseThrow();
        hear(Optional.of(signed(nonce, box.truth(), KEY)), Optional.of(nonce), Optional.empty(), TRIP);
        assertThat(witness.nonce()).isEmpty();
        box.later(Duration.ofMinutes(59));
        assertThat(witness.nonce()).isEmpty();
        box.later(Duration.ofMinutes(1));
        assertThat(witness.nonce()).isPresent();
    }

    @Test
    void aTimeThatCameSlowlyIsTakenAndAskedForAgain() {
        String nonce = witness.nonce().orElseThrow();
        hear(Optional.of(signed(nonce, box.truth(), KEY)), Optional.of(nonce), Optional.empty(), Duration.ofSeconds(5));
        assertThat(clock.state().quality()).isEqualTo(TimeQuality.CONFIRMED);
        String again = witness.nonce().orElseThrow();
        hear(Optional.of(signed(again, box.truth(), KEY)), Optional.of(again), Optional.empty(), TRIP);
        assertThat(Duration.between(clock.instant(), box.truth()).abs()).isLessThanOrEqualTo(TRIP.dividedBy(2));
        assertThat(witness.nonce()).isEmpty();
    }

    @Test
    void withoutAKeyNothingIsAskedAndWithOneThatIsNotThereYetTheDateIsHeard() {
        assertThat(witness(Optional.empty()).nonce()).isEmpty();
        witness = witness(Optional.of(message -> {
            throw new IOException("no hub key in the TPM yet");
        }));
        String nonce = witness.nonce().orElseThrow();
        hear(Optional.of(signed(nonce, box.truth(), KEY)), Optional.of(nonce), Optional.of(date(box.truth())), TRIP);
        assertThat(clock.state().source()).isEqualTo("server");
    }

    private TimeWitness witness(Optional<Signer> key) {
        return new TimeWitness(clock, key, box::nanoTime, new SplittableRandom(7));
    }

    private void hear(Optional<String> time, Optional<String> nonce, Optional<String> date, Duration trip) {
        witness.heard(answer(CHAIN, time, nonce, date, trip));
    }

    private TimeWitness.Answer answer(
            List<Certificate> chain,
            Optional<String> time,
            Optional<String> nonce,
            Optional<String> date,
            Duration trip) {
        long now = box.nanoTime();
        return new TimeWitness.Answer("cloud.example", chain, date, time, nonce, now - trip.toNanos(), now);
    }

    private static String signed(String nonce, Instant time, Secret key) {
        return SignedTime.sign(nonce, time, key).text();
    }

    private static String date(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
    }
}
