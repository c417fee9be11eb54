// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which hub a policy chooses. */
class AllocationTest {
    private static final int DEVICES = 10_000;
    private static final HubName NORTH = HubName.of("north.lab.test");
    private static final HubName SOUTH = HubName.of("south.lab.test");
    private static final HubName EAST = HubName.of("east.lab.test");
    private static final AllocationPolicy HASHED = new AllocationPolicy.Hashed();
    private static final AllocationPolicy NEAREST = new AllocationPolicy.GeoLatency();

    @Test
    @Tag("DPS-19")
    void hashedSpreadsDevicesEvenly() {
        Map<HubName, Long> shares = shares(List.of(hub(NORTH, 1), hub(SOUTH, 1), hub(EAST, 1)), HASHED, Map.of());

        // three standard deviations of a fair draw are 141
        assertThat(shares).hasSize(3).allSatisfy((_, devices) -> assertThat(devices)
                .isCloseTo(DEVICES / 3, within(150L)));
    }

    @Test
    @Tag("DPS-19")
    void hashedHonoursWeights() {
        Map<HubName, Long> shares = shares(List.of(hub(NORTH, 6), hub(SOUTH, 3), hub(EAST, 1)), HASHED, Map.of());

        assertThat(shares.get(NORTH)).isCloseTo(6_000L, within(150L));
        assertThat(shares.get(SOUTH)).isCloseTo(3_000L, within(150L));
        assertThat(shares.get(EAST)).isCloseTo(1_000L, within(150L));
    }

    @Test
    void aHubThatLeavesMovesNoDevicesButItsOwn() {
        List<Candidate> three = List.of(hub(NORTH, 2), hub(SOUTH, 1), hub(EAST, 1));
        List<Candidate> two = three.subList(0, 2);

        assertThat(devices()).allSatisfy(device -> {
            HubName before = chosen(device, AllocationTerms.OF_SERVICE, three, HASHED, Map.of());
            if (!before.equals(EAST)) {
                assertThat(chosen(device, AllocationTerms.OF_SERVICE, two, HASHED, Map.of()))
                        .isEqualTo(before);
            }
        });
    }

    @Test
    @Tag("DPS-20")
    void theLowestLatencyWinsAndWhatTheDeviceMeasuredGoesBeforeWhatIsConfigured() {
        List<Candidate> hubs = List.of(hub(NORTH, 1, 20), hub(SOUTH, 1, 30), hub(EAST, 1));

        assertThat(shares(hubs, NEAREST, Map.of())).containsOnlyKeys(NORTH);
        assertThat(shares(hubs, NEAREST, Map.of(SOUTH, Duration.ofMillis(5)))).containsOnlyKeys(SOUTH);
        assertThat(shares(hubs, NEAREST, Map.of(NORTH, Duration.ofMillis(40)))).containsOnlyKeys(SOUTH);
    }

    @Test
    @Tag("DPS-20")
    void aTieIsHashedAcrossTheTiedHubs() {
        List<Candidate> hubs = List.of(hub(NORTH, 1, 12), hub(SOUTH, 1, 12), hub(EAST, 1, 13));
        Map<HubName, Long> shares = shares(hubs, NEAREST, Map.of());

        assertThat(shares).containsOnlyKeys(NORTH, SOUTH);
        assertThat(shares.get(NORTH)).isCloseTo(DEVICES / 2, within(150L));
        assertThat(shares(hubs, NEAREST, Map.of())).isEqualTo(shares);
    }

    @ParameterizedTest
    @CsvSource({
        "20, 20, stays",
        "20, 15, stays", // 5 ms nearer, no more
        "20, 14, moves",
        "6, 1, stays", // far nearer, but of no consequence
        "7, 1, moves",
        "100, 80, stays", // 20 % nearer, no more
        "100, 79, moves",
        "20, 90, stays"
    })
    @Tag("DPS-20")
    void aDeviceLeavesItsHubOnlyForOneThatIsClearlyNearer(int here, int there, String what) {
        Map<HubName, Duration> measured = Map.of(NORTH, Duration.ofMillis(here), SOUTH, Duration.ofMillis(there));
        List<Candidate> hubs = List.of(hub(NORTH, 1), hub(SOUTH, 1));

        assertThat(devices().subList(0, 20)).allSatisfy(device -> assertThat(nearest(device, hubs, measured, NORTH))
                .isEqualTo(what.equals("stays") ? NORTH : SOUTH));
    }

    @Test
    @Tag("DPS-20")
    void aHubThatIsNotLinkedOrWasNotMeasuredKeepsNoDevice() {
        List<Candidate> hubs = List.of(hub(NORTH, 1), hub(SOUTH, 1));
        Map<HubName, Duration> measured = Map.of(SOUTH, Duration.ofMillis(30), EAST, Duration.ofMillis(1));

        assertThat(nearest(device(1), hubs, measured, NORTH)).isEqualTo(SOUTH);
        assertThat(nearest(device(1), hubs, measured, EAST)).isEqualTo(SOUTH);
    }

    @Test
    void withoutAnyLatencyAllHubsTie() {
        assertThat(shares(List.of(hub(NORTH, 1), hub(SOUTH, 1)), NEAREST, Map.of()))
                .containsOnlyKeys(NORTH, SOUTH);
    }

    @Test
    @Tag("DPS-21")
    void anEnrollmentsOwnPolicyBeatsTheServices() {
        List<Candidate> hubs = List.of(hub(NORTH, 1, 1), hub(SOUTH, 1, 99));

        assertThat(chosen(device(1), AllocationTerms.only(SOUTH), hubs, NEAREST, Map.of()))
                .isEqualTo(SOUTH);
    }

    @Test
    void aNamedHubIsChosenAlthoughItTakesNoPartOtherwise() {
        var aside = new Candidate(EAST, 1, false, Optional.empty());
        List<Candidate> hubs = List.of(hub(NORTH, 1), aside);
        var named = new AllocationTerms(Optional.empty(), List.of(EAST));

        assertThat(shares(hubs, HASHED, Map.of())).containsOnlyKeys(NORTH);
        assertThat(chosen(device(1), named, hubs, HASHED, Map.of())).isEqualTo(EAST);
        assertThat(choice(AllocationTerms.OF_SERVICE, List.of(aside)))
                .isInstanceOfSatisfying(
                        Choice.None.class, none -> assertThat(none.reason()).contains("takes part"));
    }

    @Test
    @Tag("DPS-17")
    void aHubThatIsNotLinkedIsNeverChosen() {
        assertThat(choice(AllocationTerms.only(EAST), List.of(hub(NORTH, 1))))
                .isInstanceOfSatisfying(Choice.None.class, none -> assertThat(none.reason())
                        .contains(EAST.text(), "not linked", NORTH.text()));
        assertThat(choice(AllocationTerms.OF_SERVICE, List.of()))
                .isInstanceOfSatisfying(
                        Choice.None.class, none -> assertThat(none.reason()).contains("no hub is linked"));
    }

    @Test
    void aStaticServiceAssignsNoDeviceThatNamesNoHub() {
        assertThat(Allocation.choose(
                        device(1),
                        AllocationTerms.OF_SERVICE,
                        List.of(hub(NORTH, 1)),
                        new AllocationPolicy.Static(),
                        Map.of(),
                        Optional.empty()))
                .isInstanceOf(Choice.None.class);
    }

    @Test
    void whatIsNoLatencyIsPassedOver() {
        var payload = Json.parseObject("""
                {"modelId":"dtmi:lab:meter;1","postern":{"latencyMs":{"North.Lab.Test":11.6,"south.lab.test":-1,
                "east.lab.test":"5","not a host":3,"west.lab.test":1e9}}}""");

        assertThat(MeasuredLatency.of(Optional.of(payload))).isEqualTo(Map.of(NORTH, Duration.ofMillis(12)));
        assertThat(MeasuredLatency.of(Optional.empty())).isEmpty();
    }

    private static Choice choice(AllocationTerms terms, List<Candidate> hubs) {
        return Allocation.choose(device(1), terms, hubs, HASHED, Map.of(), Optional.empty());
    }

    private static Map<HubName, Long> shares(
            List<Candidate> hubs, AllocationPolicy policy, Map<HubName, Duration> measured) {
        return devices().stream()
                .map(device -> chosen(device, AllocationTerms.OF_SERVICE, hubs, policy, measured))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static HubName chosen(
            RegistrationId device,
            AllocationTerms terms,
            List<Candidate> hubs,
            AllocationPolicy policy,
            Map<HubName, Duration> measured) {
        return hub(Allocation.choose(device, terms, hubs, policy, measured, Optional.empty()));
    }

    private static HubName nearest(
            RegistrationId device, List<Candidate> hubs, Map<HubName, Duration> measured, HubName present) {
        return hub(
                Allocation.choose(device, AllocationTerms.OF_SERVICE, hubs, NEAREST, measured, Optional.of(present)));
    }

    private static HubName hub(Choice choice) {
        if (choice instanceof Choice.Chosen(HubName hub)) {
            return hub;
        }
        throw new AssertionError("no hub: " + choice);
    }

    private static List<RegistrationId> devices() {
        return IntStream.range(0, DEVICES).mapToObj(AllocationTest::device).toList();
    }

    private static RegistrationId device(int number) {
        return RegistrationId.of("meter-" + number);
    }

    private static Candidate hub(HubName name, int weight) {
        return new Candidate(name, weight, true, Optional.empty());
    }

    private static Candidate hub(HubName name, int weight, int latencyMillis) {
        return new Candidate(name, weight, true, Optional.of(Duration.ofMillis(latencyMillis)));
    }
}
