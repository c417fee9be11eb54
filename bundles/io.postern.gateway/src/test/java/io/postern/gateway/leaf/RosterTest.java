// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.LeafDevice;
import io.postern.wire.DeviceId;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final LeafDevice LISTED = LeafDevice.parse("listed");
    private static final LeafDevice METER = LeafDevice.parse("meter=dtmi:test:meter;1");

    private final Roster roster = new Roster(List.of(LISTED));

    @Test
    void aConfiguredLeafIsConnectedWhileItsSeatSaysSoAndAListedOneAlways() {
        Roster.Seat seat = roster.take(METER, "a");
        assertThat(roster.connected()).containsExactly(LISTED);
        seat.show("live", true);
        assertThat(roster.connected()).containsExactly(LISTED, METER);
        seat.show("pending", false);
        assertThat(roster.connected()).containsExactly(LISTED);
        seat.close();
        seat.show("live", true);
        assertThat(roster.connected()).containsExactly(LISTED);
        assertThat(roster.has(METER.id())).isFalse();
    }

    @Test
    void aListedLeafThatIsConfiguredTooHasItsModelAndIsListedAgainAfterwards() {
        var withModel = LeafDevice.parse("listed=dtmi:test:meter;1");
        Roster.Seat seat = roster.take(withModel, "a");
        seat.show("live", true);
        assertThat(roster.connected()).containsExactly(withModel);
        seat.close();
        assertThat(roster.connected()).containsExactly(LISTED);
    }

    @Test
    void aLeafHasOneWhoSpeaksForItHoweverItCame() {
        Runnable claim = roster.claim(LISTED.id(), "modbus~a");
        assertThatThrownBy(() -> roster.take(LISTED, "leaf~b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("leaf: listed has a driver already, modbus~a");
        assertThat(roster.connected()).containsExactly(LISTED);
        claim.run();
        Roster.Seat seat = roster.take(LISTED, "leaf~b");
        assertThatThrownBy(() -> roster.claim(LISTED.id(), "c")).hasMessageContaining("leaf~b");
        seat.close();
        roster.claim(LISTED.id(), "c");
    }

    @Test
    void onlyAChangeIsAChange() {
        Roster.Seat seat = roster.take(METER, "a");
        seat.show("live", true);
        long version = roster.version();
        seat.show("live", true);
        assertThat(roster.version()).isEqualTo(version);
        seat.show("stale", true);
        assertThat(roster.version()).isGreaterThan(version);
    }

    @Test
    void thereIsNoSeatBeyondWhatOneConnectionCarries() {
        IntStream.range(1, Roster.MOST_LEAVES).forEach(i -> roster.take(LeafDevice.parse("leaf-" + i), "a"));
        assertThatThrownBy(() -> roster.take(METER, "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("leaf: a gateway has at most 1000 leaves");
        assertThat(roster.has(DeviceId.of("meter"))).isFalse();
    }
}
