// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import io.postern.cloud.tokens.ReturnQueue;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.uplink.Admission;
import io.postern.wire.DeviceId;
import io.postern.wire.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Gateways that lose their hub all together and come back, in simulated time: each with the governor of the product and
 * the pauses of its sessions, before a hub that lets in so many a second and has no time for all others.
 */
final class StormModel {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long LOST = Duration.ofHours(1).toNanos(); // the outage begins
    private static final long HANDSHAKE = SECOND / 5;
    private static final long LONGEST = Duration.ofHours(2).toNanos(); // to come back; longer is a failure of its own
    private static final double USED = 0.8; // of the quota, as the token service gives places

    /**
     * What happens.
     *
     * @param leaves of each gateway
     * @param outage how long the hub is away
     * @param quota connections a second that it takes
     * @param slots whether the token service gives places
     * @param windows whether it says when to come back, too; asked when all is lost and when the first is back
     * @param cut how many gateways lose their sessions; the others have none to lose, and count for the places
     */
    record Scenario(
            int gateways, int leaves, Duration outage, int quota, boolean slots, boolean windows, long seed, int cut) {
        Scenario(int gateways, int leaves, Duration outage, int quota, boolean slots, boolean windows, long seed) {
            this(gateways, leaves, outage, quota, slots, windows, seed, gateways);
        }

        /** Of the same size, and only the line of one gateway is cut. */
        Scenario ofOne() {
            return new Scenario(gateways, leaves, outage, quota, slots, windows, seed, 1);
        }
    }

    /**
     * What came of it.
     *
     * @param back how many are connected at the end
     * @param seconds from the hub's return until the last is back
     * @param spread from the first that is back to the last
     * @param half until half of them are
     * @param whileAway attempts an hour of one gateway while the hub was away
     * @param peak attempts in the worst second after its return
     * @param attempts after its return
     * @param throttled of those, the ones it had no time for
     */
    record Result(
            int back,
            double seconds,
            double spread,
            double half,
            double whileAway,
            int peak,
            long attempts,
            long throttled) {
        double share() {
            return attempts == 0 ? 0 : (double) throttled / attempts;
        }
    }

    private record Event(long at, long order, Identity identity, int version, boolean isAnswer) {}

    /** A question to the token service is on its way. */
    private record Question(long at, Site site) {}

    private final class Site {
        private final Admission admission;
        private final List<Identity> identities = new ArrayList<>();
        private long changes;
        private boolean wasAway;

        Site(RandomGenerator random) {
            admission = new Admission(Admission.Limits.DEFAULT, random);
        }
    }

    private final class Identity {
        private final DeviceId name;
        private final Site site;
        private int failures;
        private int version;
        private boolean waiting;
        private boolean forRoom;

        Identity(DeviceId name, Site site) {
            this.name = name;
            this.site = site;
        }
    }

    private final Scenario scenario;
    private final long returned;
    private final Backoff backoff;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at == b.at ? Long.compare(a.order, b.order) : Long.compare(a.at, b.at));
    private final List<Site> sites = new ArrayList<>();
    private final PriorityQueue<Question> questions = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
    private final ReturnQueue windows;
    private long now;
    private final List<Long> opened = new ArrayList<>();
    private final Map<Long, Integer> perSecond = new HashMap<>();
    private final Random random;
    private long order;
    private double credit;
    private long creditAt;
    private long attemptsAway;
    private long attempts;
    private long throttled;

    StormModel(Scenario scenario) {
        this.scenario = scenario;
        this.returned = LOST + scenario.outage.toNanos();
        this.random = new Random(scenario.seed);
        this.backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), random);
        this.credit = scenario.quota;
        this.creditAt = returned;
        this.windows = new ReturnQueue(scenario.quota, () -> now);
    }

    Result run() {
        var seeds = new SplittableRandom(scenario.seed);
        int all = scenario.gateways * (scenario.leaves + 1);
        int places = (int) Math.ceil(all / (scenario.quota * USED));
        for (int g = 0; g < scenario.cut; g++) {
            sites.add(connected(g, places, seeds.split()));
        }
        sites.forEach(this::lose);
        while (!events.isEmpty() && events.peek().at < returned + LONGEST) {
            if (!questions.isEmpty() && questions.peek().at <= events.peek().at) {
                advise(questions.remove());
                continue;
            }
            Event event = events.poll();
            if (event.version == event.identity.version) {
                if (event.isAnswer) {
                    answer(event.identity, event.at);
                } else {
                    ask(event.identity, event.at);
                }
            }
        }
        return result();
    }

    private Site connected(int gateway, int places, RandomGenerator chance) {
        var site = new Site(chance);
        for (int leaf = -1; leaf < scenario.leaves; leaf++) {
            var identity = new Identity(DeviceId.of("gw-" + gateway + (leaf < 0 ? "" : "-meter-" + leaf)), site);
            site.identities.add(identity);
            site.admission.ask(identity.name, 0);
            site.admission.opened(identity.name, 0);
            if (scenario.slots && leaf >= 0 && places > 1) {
                var slot = new Slot(Math.floorMod(chance.nextInt(), places), places, Duration.ofSeconds(1));
                site.admission.place(identity.name, Optional.of(slot));
            }
        }
        return site;
    }

    private void lose(Site site) {
        for (Identity identity : site.identities) {
            site.admission.lost(identity.name, LOST);
            rest(identity, LOST);
        }
        wonder(site, LOST);
    }

    /** As the governor asks: when it goes away, and when it is back. */
    private void wonder(Site site, long at) {
        boolean away = site.admission.isAway();
        if (scenario.windows && away != site.wasAway && site.admission.isUnadvised()) {
            questions.add(new Question(at + HANDSHAKE + (away ? random.nextLong(SECOND / 2) : 0), site));
        }
        site.wasAway = away;
    }

    /** The token service is there when the hub is: on the same line, or in the same process. */
    private void advise(Question question) {
        now = question.at;
        if (now >= returned) {
            question.site.admission.window(windows.enter(scenario.leaves + 1), now);
            wake(question.site, now);
        }
    }

    private void rest(Identity identity, long now) {
        identity.failures++;
        at(
                identity,
                now
                        + backoff.delay(identity.site.admission.isAway() ? 1 : identity.failures)
                                .toNanos(),
                false);
    }

    private void at(Identity identity, long when, boolean isAnswer) {
        identity.version++;
        events.add(new Event(when, order++, identity, identity.version, isAnswer));
    }

    private void ask(Identity identity, long now) {
        long wait = identity.site.admission.ask(identity.name, now);
        identity.waiting = wait > 0;
        identity.forRoom = wait == Admission.UNTIL_ROOM;
        if (wait == 0) {
            if (now < returned) {
                attemptsAway++;
            }
            at(identity, now + HANDSHAKE / 2 + random.nextLong(HANDSHAKE), true);
        } else if (wait < Admission.UNTIL_ROOM) {
            at(identity, now + wait, false);
        }
    }

    /** When the attempt has come to the hub and its answer is there. */
    private void answer(Identity identity, long now) {
        Admission admission = identity.site.admission;
        if (now < returned) {
            admission.failed(identity.name, now);
            rest(identity, now);
        } else {
            attempts++;
            perSecond.merge((now - returned) / SECOND, 1, Integer::sum);
            credit = Math.min(scenario.quota, credit + (double) (now - creditAt) / SECOND * scenario.quota);
            creditAt = now;
            if (credit >= 1) {
                credit--;
                identity.failures = 0;
                admission.opened(identity.name, now);
                opened.add(now - returned);
            } else {
                throttled++;
                admission.throttled(identity.name, Duration.ZERO, now);
                rest(identity, now);
            }
        }
        wake(identity.site, now);
    }

    private void wake(Site site, long now) {
        wonder(site, now);
        long changes = site.admission.changes();
        boolean all = changes != site.changes;
        site.changes = changes;
        for (Identity each : site.identities) {
            if (each.waiting && (all || each.forRoom)) {
                at(each, now, false);
                if (!all) {
                    return;
                }
            }
        }
    }

    private Result result() {
        long[] times = opened.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Result(
                times.length,
                times.length == 0 ? 0 : (double) Arrays.stream(times).max().orElseThrow() / SECOND,
                times.length == 0 ? 0 : (double) (times[times.length - 1] - times[0]) / SECOND,
                times.length == 0 ? 0 : (double) times[times.length / 2] / SECOND,
                attemptsAway / (scenario.outage.toNanos() / (3600.0 * SECOND)) / scenario.cut,
                perSecond.values().stream().mapToInt(Integer::intValue).max().orElse(0),
                attempts,
                throttled);
    }
}
