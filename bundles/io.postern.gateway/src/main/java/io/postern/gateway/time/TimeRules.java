// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.TimeQuality;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What becomes of a claim: a table, without a clock of its own. */
public final class TimeRules {
    /** Two that are right differ by what the network and the grain of a date cost. */
    static final Duration AGREEMENT = Duration.ofSeconds(2);

    /** A quartz runs wrong by 100 millionths at worst, in heat and frost by some more. */
    private static final int WORST_DRIFT_PER_MILLION = 500;

    /** A leap second, a slewed server and a bad link together stay below. */
    static final Duration SLACK = Duration.ofMinutes(1);

    /** A server that was wrong for a moment is right again by then; one that still says so means it. */
    static final Duration SAME_AGAIN = Duration.ofMinutes(15);

    /** Behind it every box of this build is scrap: a clock that says so has run over. */
    static final Duration LIFETIME = Duration.ofDays(365L * 30);

    private TimeRules() {}

    /**
     * What is known before the claim.
     *
     * @param now the clock's own time at the moment of the claim
     * @param built the date of this build
     * @param sealed the latest time that was ever confirmed; nothing before it is believed at once
     * @param sinceConfirmed by the monotonic clock; zero when it never was in this boot
     * @param signs whether the cloud side is known to sign the time
     * @param before the claim that was heard before and could not decide alone
     */
    record Standing(
            TimeQuality quality,
            TimeSource source,
            Instant now,
            Instant built,
            Instant sealed,
            Duration sinceConfirmed,
            boolean signs,
            Optional<TimeClaim> before) {}

    public enum Verdict {
        /** It is so. */
        CONFIRM,
        /** Better than what the clock has, and not sure. */
        ESTIMATE,
        /** Not believed unless a second, independent source says the same. */
        WAIT,
        /** Nothing new, or of no weight beside what is known. */
        IGNORE,
        /** It cannot be so. */
        REFUSE
    }

    static Verdict judge(Standing known, TimeClaim claim) {
        if (claim.time().isBefore(known.built())
                || claim.time().isAfter(known.built().plus(LIFETIME))) {
            return Verdict.REFUSE;
        }
        boolean repeated = known.before().filter(claim::agrees).isPresent();
        return switch (claim.source()) {
            case BUILD, SEALED, SYSTEM -> Verdict.IGNORE; // where a clock starts, never where it goes
            case SERVER -> repeated && !known.signs() ? sure(known, claim) : guess(known, claim);
            case NTP, SIGNED -> sure(known, claim);
        };
    }

    /** A claim that may confirm by its kind. */
    private static Verdict sure(Standing known, TimeClaim claim) {
        boolean seconded = known.before().filter(other -> seconds(other, claim)).isPresent();
        if (known.quality() != TimeQuality.CONFIRMED) {
            return claim.source() == TimeSource.SIGNED
                            || seconded
                            || !claim.time().isBefore(known.sealed().minus(SLACK))
                    ? Verdict.CONFIRM
                    : Verdict.WAIT;
        }
        return isPlausible(known, claim) || claim.source().compareTo(known.source()) > 0 || seconded
                ? Verdict.CONFIRM
                : Verdict.WAIT;
    }

    /** A claim that proves too little. */
    private static Verdict guess(Standing known, TimeClaim claim) {
        if (known.quality() == TimeQuality.CONFIRMED) {
            return isPlausible(known, claim) ? Verdict.IGNORE : Verdict.WAIT;
        }
        return claim.time().isBefore(known.sealed().minus(SLACK)) ? Verdict.WAIT : Verdict.ESTIMATE;
    }

    /** Whether a clock that was right can be off so far by now. */
    private static boolean isPlausible(Standing known, TimeClaim claim) {
        Duration off = Duration.between(known.now(), claim.time()).abs();
        Duration drift = known.sinceConfirmed().dividedBy(1_000_000).multipliedBy(WORST_DRIFT_PER_MILLION);
        return off.compareTo(SLACK.plus(drift)) <= 0;
    }

    /** Whether {@code first} gives weight to {@code second}: of another kind or host, or the same after a while. */
    private static boolean seconds(TimeClaim first, TimeClaim second) {
        boolean other = first.source() != second.source() || !first.origin().equals(second.origin());
        return first.agrees(second) && (other || second.at() - first.at() >= SAME_AGAIN.toNanos());
    }
}
