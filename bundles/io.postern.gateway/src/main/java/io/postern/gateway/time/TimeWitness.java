// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.TimeQuality;
import io.postern.gateway.identity.Signer;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import io.postern.wire.SignedTime;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what answers from the cloud say about the time, beside what they are about: signed under the gateway's own key, when
 * it has one that can and was asked for; else by their {@code Date}. Safe for threads.
 */
public final class TimeWitness {
    private static final Logger LOG = LoggerFactory.getLogger(TimeWitness.class);
    private static final int NONCE_LENGTH = 16;
    private static final Duration ASKED_EACH = Duration.ofHours(1); // a bad quartz is off by 2 s then
    private static final Duration LONGEST_TRIP = Duration.ofSeconds(20); // behind it the time is of no use
    private static final Duration PROMPT = Duration.ofSeconds(1); // off by half of it at worst, as a date is
    private static final Duration GRAIN = Duration.ofMillis(500); // a date has whole seconds

    private final TrustedClock clock;
    private final Optional<Signer> key;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private volatile long signed; // when a signed time was last heard
    private volatile boolean wasSigned;

    /**
     * What was said.
     *
     * @param host who said it
     * @param chain with which it proved its name, its own certificate first
     * @param date the header of that name
     * @param time the header {@link SignedTime#HEADER}
     * @param nonce what was asked with
     * @param asked when the question went out, of {@link System#nanoTime}
     * @param answered when the answer was there
     */
    public record Answer(
            String host,
            List<Certificate> chain,
            Optional<String> date,
            Optional<String> time,
            Optional<String> nonce,
            long asked,
            long answered) {}

    /** @param key what signs for the gateway; none when it has a certificate */
    public TimeWitness(TrustedClock clock, Optional<Signer> key, LongSupplier nanoTime, RandomGenerator random) {
        this.clock = clock;
        this.key = key;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** What to ask for a signed time with; empty while none is needed. */
    public Optional<String> nonce() {
        boolean recent = wasSigned && nanoTime.getAsLong() - signed < ASKED_EACH.toNanos();
        if (key.isEmpty() || recent && clock.state().quality() == TimeQuality.CONFIRMED) {
            return Optional.empty();
        }
        byte[] octets = new byte[NONCE_LENGTH];
        random.nextBytes(octets);
        return Optional.of(HexFormat.of().formatHex(octets));
    }

    public void heard(Answer answer) {
        Duration trip = Duration.ofNanos(answer.answered() - answer.asked());
        if (trip.compareTo(LONGEST_TRIP) > 0) {
            return;
        }
        if (!hearSigned(answer, trip)) {
            hearDate(answer, trip);
        }
    }

    private boolean hearSigned(Answer answer, Duration trip) {
        if (answer.time().isEmpty() || answer.nonce().isEmpty() || key.isEmpty()) {
            return false;
        }
        try {
            SignedTime said = SignedTime.parse(answer.time().get());
            Bytes own = key.get().sign(SignedTime.stringToSign(answer.nonce().get(), said.time()));
            if (said.isSignature(own)) {
                signed = answer.answered();
                wasSigned = trip.compareTo(PROMPT) <= 0; // a rough time is better than none, and asked for again
                clock.heard(claim(TimeSource.SIGNED, answer, said.time(), trip, Duration.ZERO));
                return true;
            }
            LOG.atWarn()
                    .addKeyValue("from", answer.host())
                    .log("a signed time is not signed with this gateway's key, and is not believed");
        } catch (IllegalArgumentException e) {
            LOG.atWarn().addKeyValue("from", answer.host()).log("a signed time cannot be read: " + e.getMessage());
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("reason", e.getMessage()).log("no key yet to know a signed time by");
        }
        return false;
    }

    /** A date counts only where the certificates are valid on it: it is they that vouch for it. */
    private void hearDate(Answer answer, Duration trip) {
        Optional<Instant> date = answer.date().flatMap(TimeWitness::parse);
        if (date.isEmpty() || answer.chain().isEmpty()) {
            return;
        }
        Optional<String> flaw = flaw(answer.chain(), date.get());
        if (flaw.isPresent()) {
            LOG.atWarn()
                    .addKeyValue("from", answer.host())
                    .addKeyValue("date", date.get())
                    .log("the date of an answer is not believed: " + flaw.get());
            return;
        }
        clock.heard(claim(TimeSource.SERVER, answer, date.get().plus(GRAIN), trip, GRAIN));
    }

    private static TimeClaim claim(TimeSource source, Answer answer, Instant time, Duration trip, Duration grain) {
        Duration half = trip.dividedBy(2);
        return new TimeClaim(source, answer.host(), time, answer.answered() - half.toNanos(), half.plus(grain));
    }

    private static Optional<Instant> parse(String date) {
        try {
            return Optional.of(ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            LOG.atDebug().addKeyValue("date", Shown.of(date)).log("an answer's date cannot be read");
            return Optional.empty();
        }
    }

    private static Optional<String> flaw(List<Certificate> chain, Instant date) {
        for (Certificate each : chain) {
            try {
                if (each instanceof X509Certificate certificate) {
                    certificate.checkValidity(Date.from(date));
                }
            } catch (CertificateException e) {
                return Optional.of("a certificate of the server is not valid then: " + e.getMessage());
            } catch (IllegalArgumentException e) {
                return Optional.of("there is no such date in a certificate");
            }
        }
        return Optional.empty();
    }
}
