// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.HubName;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubsTest {
    private static final HubName WEST = HubName.of("west.lab.test");
    private static final HubName EAST = HubName.of("east.lab.test");

    @TempDir
    Path directory;

    @Test
    void areThereOnceAllAreOpenAndInTheOrderOfTheirNames() throws Exception {
        try (var west = new HubFixture(directory.resolve("west"), HubSettings.of(WEST));
                var east = new HubFixture(directory.resolve("east"), HubSettings.of(EAST))) {
            List<HubName> named = List.of(WEST, EAST);

            assertThat(HubsComponent.complete(named, List.of(east.hub))).isEmpty();

            Hubs hubs =
                    HubsComponent.complete(named, List.of(east.hub, west.hub)).orElseThrow();
            assertThat(hubs.standard()).isSameAs(west.hub);
            assertThat(hubs.find(EAST)).containsSame(east.hub);
            assertThat(hubs.find(HubName.of("north.lab.test"))).isEmpty();
            assertThatThrownBy(() -> Hubs.of(east.hub, east.hub)).hasMessageContaining("no two hubs have one name");
        }
    }
}
