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
    private Allocation() {}

    /**
     * Chooses.
     *
     * @param linked all hubs linked to the service; no other is ever chosen (DPS-17)
     * @param ofService the service's policy, which the enrollment's own goes before (DPS-21)
     * @param measured the latencies the device reported
     */
    public static Choice choose(
            RegistrationId device,
            AllocationTerms terms,
            List<Candidate> linked,
            AllocationPolicy ofService,
            Map<HubName, Duration> measured) {
        List<Candidate> eligible = eligible(terms, linked);
        if (eligible.isEmpty()) {
            return new Choice.None(reason(terms, linked));
        }
        return switch (terms.policy().orElse(ofService)) {
            case AllocationPolicy.Hashed() -> new Choice.Chosen(WeightedHash.choose(device, eligible));
            case AllocationPolicy.GeoLatency() ->
                new Choice.Chosen(WeightedHash.choose(device, nearest(eligible, measured)));
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
        Optional<Duration> lowest = eligible.stream()
                .flatMap(hub -> latency(hub, measured).stream())
                .min(Duration::compareTo);
        return eligible.stream()
                .filter(hub -> latency(hub, measured).equals(lowest))
                .toList();
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
