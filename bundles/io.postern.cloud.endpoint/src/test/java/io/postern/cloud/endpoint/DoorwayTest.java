// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.Doorway.Arrival;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DoorwayTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Doorway<String> doorway = new Doorway<>(new DoorwayLimits(3, 2, 4, 3, Duration.ofSeconds(5)));

    @Test
    void oneAddressNeverHoldsAllOfTheDoor() {
        assertThat(arrive("a", "a1")).isEqualTo(Arrival.LET_IN);
        assertThat(arrive("a", "a2")).isEqualTo(Arrival.LET_IN);
        assertThat(arrive("a", "a3")).isEqualTo(Arrival.WAITS);

        assertThat(arrive("b", "b1")).isEqualTo(Arrival.LET_IN);
        assertThat(arrive("c", "c1")).as("the door is full").isEqualTo(Arrival.WAITS);
    }

    @Test
    void outsideThereIsABoundForOneAndForAll() {
        for (int i = 1; i <= 5; i++) {
            assertThat(arrive("a", "a" + i)).isNotEqualTo(Arrival.TURNED_AWAY);
        }
        assertThat(arrive("a", "a6")).as("three wait already").isEqualTo(Arrival.TURNED_AWAY);
        arrive("b", "b1");
        assertThat(arrive("b", "b2")).isEqualTo(Arrival.WAITS);
        assertThat(arrive("c", "c1")).as("four wait already").isEqualTo(Arrival.TURNED_AWAY);
        assertThat(doorway.insideCount()).isEqualTo(3);
        assertThat(doorway.outsideCount()).isEqualTo(4);
    }

    @Test
    void whoeverLeavesMakesRoomForOneAndAddressesTakeTurns() {
        for (String who : new String[] {"a1", "a2", "b1", "a3", "a4", "c1"}) {
            arrive(who.substring(0, 1), who);
        }

        assertThat(doorway.leave("b")).as("a has its two").contains("c1");
        assertThat(doorway.leave("a")).contains("a3");
        assertThat(doorway.leave("c")).as("a has its two again").isEmpty();
        assertThat(doorway.leave("a")).contains("a4");
        assertThat(doorway.leave("a")).isEmpty();
        assertThat(doorway.leave("a")).isEmpty();
        assertThat(doorway.insideCount()).isZero();
        assertThat(doorway.outsideCount()).isZero();
    }

    @Test
    void whoHasWaitedForTooLongWaitsNoMore() {
        arrive("a", "a1");
        arrive("a", "a2");
        doorway.arrive("a", "early", 0);
        doorway.arrive("a", "late", 3 * SECOND);

        assertThat(doorway.impatient(4 * SECOND)).isEmpty();
        assertThat(doorway.impatient(5 * SECOND)).containsExactly("early");
        assertThat(doorway.leave("a")).contains("late");
        assertThat(doorway.empty()).isEmpty();
    }

    @Test
    void ofIpv6TheNetworkCountsAndNotTheAddress() throws UnknownHostException {
        Object one = origin("2001:db8:0:1::1");

        assertThat(origin("2001:db8:0:1:ffff::2")).isEqualTo(one);
        assertThat(origin("2001:db8:0:2::1")).isNotEqualTo(one);
        assertThat(origin("192.0.2.1")).isEqualTo(origin("192.0.2.1")).isNotEqualTo(origin("192.0.2.2"));
    }

    private Arrival arrive(String origin, String who) {
        return doorway.arrive(origin, who, 0);
    }

    private static Object origin(String address) throws UnknownHostException {
        return Doorway.origin(InetAddress.getByName(address));
    }
}
