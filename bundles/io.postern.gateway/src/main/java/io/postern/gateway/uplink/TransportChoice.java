// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which transport a gateway uses, what it has found out about the others, and when it looks at them again. Asks nobody and
 * waits for nothing; safe for threads.
 */
final class TransportChoice {
    // a hub that restarts is back after three attempts that reach nobody, a blocked port is not
    private static final int STRIKES = 9;
    private static final int UNREACHED = 3;
    static final Duration SETTLED = Duration.ofSeconds(30); // leaves are configured one by one when a gateway starts

    private final HubTransportOrder order;
    private final Backoff rounds;
    private final Backoff returns;
    private final LongSupplier nanoTime;
    private final Map<Transport, String> blocked = new EnumMap<>(Transport.class);
    private @Nullable Transport present;
    private @Nullable Transport candidate;
    private @Nullable IOException lastFailure;
    private boolean isDown = true; // present does not get through, or nobody has tried yet
    private int strikes;
    private int failedRounds;
    private int failedReturns;
    private long nextRound;
    private long nextReturn;
    private int leaves;
    private int counted;
    private long countedSince;
    private String reason = "the hub was not reached yet";

    /**
     * @param leaves how many there are at first
     * @param remembered what is tried first, when nothing is known
     */
    TransportChoice(
            HubTransportOrder order,
            int leaves,
            Optional<Transport> remembered,
            FallbackHubLink.Pauses pauses,
            LongSupplier nanoTime) {
        this.order = order;
        this.rounds = pauses.rounds();
        this.returns = pauses.returns();
        this.nanoTime = nanoTime;
        this.leaves = leaves;
        this.counted = leaves;
        this.countedSince = nanoTime.getAsLong();
        this.nextRound = countedSince;
        remembered.filter(order.preferred(leaves)::contains).ifPresent(transport -> this.present = transport);
    }

    /** What all sessions go over; empty while a way has to be found. */
    synchronized Optional<Transport> standing() {
        return isDown ? Optional.empty() : Optional.ofNullable(present);
    }

    /** What was used last first, for it is likeliest; when it is not the best, a look finds out. */
    synchronized List<Transport> roundOrder() {
        List<Transport> all = new ArrayList<>(order.preferred(leaves));
        if (present != null && all.remove(present)) {
            all.addFirst(present);
        }
        return all;
    }

    /**
     * So that five hundred leaves without a network knock once, not five hundred times.
     *
     * @throws IOException while a round that failed is not long ago
     */
    synchronized void restAfterFailure() throws IOException {
        long rest = nextRound - nanoTime.getAsLong();
        if (lastFailure != null && rest > 0) {
            throw likewise(
                    "no way to the hub was found; looking again in "
                            + Duration.ofNanos(rest).toSeconds() + " s. " + lastFailure.getMessage(),
                    lastFailure);
        }
    }

    synchronized void block(Transport transport, Exception cause) {
        blocked.put(transport, String.valueOf(cause.getMessage()));
    }

    /**
     * A whole round found nothing: what to tell who asked.
     *
     * @param most telling of what went wrong: whether the hub was reached
     */
    synchronized IOException nothingWorks(IOException most) {
        failedRounds++;
        nextRound = nanoTime.getAsLong() + rounds.delay(failedRounds).toNanos();
        reason = "nothing reaches the hub";
        IOException failure = likewise(use(Map.of()).obstacles(), most);
        lastFailure = failure;
        return failure;
    }

    private static IOException likewise(String text, IOException why) {
        return why instanceof UnreachableException ? new UnreachableException(text, why) : new IOException(text, why);
    }

    /**
     * The standing transport did not get through.
     *
     * @param alive whether a session lives on it: then the network lets it through, and something else failed
     * @return whether another is to be found
     */
    synchronized boolean struck(Transport transport, boolean alive, IOException cause) {
        if (isDown || transport != present) {
            return false;
        }
        strikes = alive ? 0 : strikes + (cause instanceof UnreachableException ? UNREACHED : 1);
        if (strikes < STRIKES) {
            return false;
        }
        isDown = true;
        lastFailure = null;
        failedRounds = 0;
        present = null; // it has had its chance: no longer before the others
        block(transport, cause);
        reason = transport.text() + " does not get through any more";
        return true;
    }

    synchronized void worked(Transport transport) {
        strikes = transport == present ? 0 : strikes;
    }

    /** From now on all go over {@code transport}, which has got an answer; false when they did already. */
    synchronized boolean adopt(Transport transport) {
        boolean news = isDown || present != transport;
        present = transport;
        isDown = false;
        strikes = 0;
        failedRounds = 0;
        lastFailure = null;
        blocked.remove(transport);
        if (news) {
            boolean best = order.preferred(leaves).getFirst() == transport;
            reason = best ? order.reason(leaves) : "what is better does not get through, or was not tried yet";
            failedReturns = best ? 0 : failedReturns;
            nextReturn = nanoTime.getAsLong() + returns.delay(1).toNanos();
        }
        return news;
    }

    /** How many leaves there are now; a change counts when it has lasted. */
    synchronized void count(int now) {
        if (now != counted) {
            counted = now;
            countedSince = nanoTime.getAsLong();
        } else if (leaves != counted && nanoTime.getAsLong() - countedSince >= SETTLED.toNanos()) {
            leaves = counted;
        }
    }

    /** What is to be tried because it would be better than what is used, the best first; mostly nothing. */
    synchronized List<Transport> better() {
        if (isDown || present == null || candidate != null) {
            return List.of();
        }
        List<Transport> preferred = order.preferred(leaves);
        List<Transport> better = preferred.subList(0, Math.max(0, preferred.indexOf(present)));
        boolean known = better.stream().anyMatch(blocked::containsKey);
        return known && nanoTime.getAsLong() - nextReturn < 0 ? List.of() : better;
    }

    /** It can be reached; the next session is to prove it. */
    synchronized void propose(Transport transport) {
        candidate = transport;
    }

    /** Gives the one that is to be proven to one caller, who tells what came of it by {@link #adopt} or {@link #noReturn}. */
    synchronized Optional<Transport> takeCandidate() {
        Optional<Transport> taken = Optional.ofNullable(candidate);
        candidate = null;
        return taken;
    }

    /** A better one does not get through, or not yet. */
    synchronized void noReturn(Transport transport, Exception cause) {
        block(transport, cause);
        failedReturns++;
        nextReturn = nanoTime.getAsLong() + returns.delay(failedReturns).toNanos();
    }

    /** @param sessions how many are open over each */
    synchronized HubTransportUse use(Map<Transport, Integer> sessions) {
        return new HubTransportUse(standing(), reason, order.preferred(leaves), blocked, sessions);
    }
}
