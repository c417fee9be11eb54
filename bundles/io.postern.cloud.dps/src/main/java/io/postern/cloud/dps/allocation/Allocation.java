// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.HubName;
import io.postern.wire.RegistrationId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The choice of a hub: a pure function of the enrollment, the linked hubs and what the device has measured. */
public final class Allocation {
    /**
     * How much nearer another hub must be to draw a device away from its own: both of these. Round trips measured one after
     * another differ by that much where nothing has changed (a busy switch, a hub collecting garbage), and a move costs a
     * new connection and, under the policy reset, the twin.
     */
    private static final Duration CLEARLY_NEARER = Duration.ofMillis(5);

    private static final int CLEARLY_NEARER_PERCENT = 20;

    private Allocation() {}

    /**
     * Chooses.
     *
     * @param linked all hubs linked to the service; no other is ever chosen (DPS-17)
     * @param ofService the service's policy, which the enrollment's own goes before (DPS-21)
     * @param measured the latencies the device reported
     * @param present the hub the device is in, which it leaves for a nearer one only when that is clearly nearer
     */
    public static Choice choose(
            RegistrationId device,
            AllocationTerms terms,
            List<Candidate> linked,
            AllocationPolicy ofService,
            Map<HubName, Duration> measured,
            Optional<HubName> present) {
        List<Candidate> eligible = eligible(terms, linked);
        if (eligible.isEmpty()) {
            return new Choice.None(reason(terms, linked));
        }
        return switch (terms.policy().orElse(ofService)) {
            case AllocationPolicy.Hashed() -> new Choice.Chosen(WeightedHash.choose(device, eligible));
            case AllocationPolicy.GeoLatency() ->
                new Choice.Chosen(stay(eligible, measured, present)
                        .orElseGet(() -> WeightedHash.choose(device, nearest(eligible, measured))));
            case AllocationPolicy.Static() -> only(terms, eligible);
            case AllocationPolicy.Custom(Webhook webhook) ->
                new Choice.Ask(webhook, eligible.stream().map(Candidate::name).toList());
        };
    }

    /** The hubs an enrollment names; when it names none, those that take part without being named. */
    private static List<Candidate> eligible(AllocationTerms terms, List<Candidate> linked) {
        return linked.stream()
                .filter(hub ->
                        terms.hubs().isEmpty() ? hub.takesPart() : terms.hubs().contains(hub.name()))
                .toList();
    }

    /** A service whose own policy is static assigns no device whose enrollment names no hub. */
    private static Choice only(AllocationTerms terms, List<Candidate> eligible) {
        return terms.hubs().size() == 1
                ? new Choice.Chosen(eligible.getFirst().name())
                : new Choice.None("the allocation policy is static, and the enrollment names "
                        + terms.hubs().size() + " hubs; name one in its iotHubHostName");
    }

    /** All that share the lowest latency; hubs nobody has measured come last. */
    private static List<Candidate> nearest(List<Candidate> eligible, Map<HubName, Duration> measured) {
        Optional<Duration> lowest = lowest(eligible, measured);
        return eligible.stream()
                .filter(hub -> latency(hub, measured).equals(lowest))
                .toList();
    }

    /** The present hub, unless it is not eligible any more, was not measured, or another is clearly nearer. */
    private static Optional<HubName> stay(
            List<Candidate> eligible, Map<HubName, Duration> measured, Optional<HubName> present) {
        Optional<Duration> here = eligible.stream()
                .filter(hub -> present.equals(Optional.of(hub.name())))
                .findFirst()
                .flatMap(hub -> latency(hub, measured));
        Optional<Duration> lowest = lowest(eligible, measured);
        return here.isPresent() && lowest.isPresent() && !isClearlyBelow(here.get(), lowest.get())
                ? present
                : Optional.empty();
    }

    private static boolean isClearlyBelow(Duration here, Duration there) {
        Duration gain = here.minus(there);
        return gain.compareTo(CLEARLY_NEARER) > 0
                && gain.multipliedBy(100).compareTo(here.multipliedBy(CLEARLY_NEARER_PERCENT)) > 0;
    }

    private static Optional<Duration> lowest(List<Candidate> eligible, Map<HubName, Duration> measured) {
        return eligible.stream().flatMap(hub -> latency(hub, measured).stream()).min(Duration::compareTo);
    }

    private static Optional<Duration> latency(Candidate hub, Map<HubName, Duration> measured) {
        return Optional.ofNullable(measured.get(hub.name())).or(hub::latency);
    }

    private static String reason(AllocationTerms terms, List<Candidate> linked) {
        String names = names(linked.stream().map(Candidate::name).toList());
        if (linked.isEmpty()) {
            return "no hub is linked to this service; link one (ctl dps hub link)";
        }
        return terms.hubs().isEmpty()
                ? "none of the linked hubs takes part in allocation (" + names
                        + "); name one in the enrollment or let one take part"
                : "it wants " + names(terms.hubs()) + ", which is not linked to this service; linked: " + names;
    }

    private static String names(List<HubName> hubs) {
        return hubs.stream().map(HubName::text).collect(Collectors.joining(", "));
    }
}
