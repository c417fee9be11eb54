// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All identities with their twins in the order of their names, some at a time: what is written is as new as its page, and
 * nothing grows with the size of the registry.
 */
public final class RegistryExport {
    /** Most devices of a page: with twins of the largest size, 72 KB, it holds about 4 MB. */
    public static final int LARGEST_PAGE = 50;

    private final Database database;
    private final DeviceRows rows;

    /** A device as it stands. */
    public record Entry(DeviceIdentity identity, DeviceTwin twin) {}

    RegistryExport(Database database, DeviceRows rows) {
        this.database = database;
        this.rows = rows;
    }

    /**
     * Up to {@link #LARGEST_PAGE} devices.
     *
     * @param after the name behind which to start; empty for the beginning
     * @return empty at the end
     */
    public List<Entry> page(String after) {
        return database.read(c -> {
            List<DeviceIdentity> identities = rows.list(c, after, LARGEST_PAGE);
            if (identities.isEmpty()) {
                return List.of();
            }
            Map<DeviceId, DeviceTwin> twins = Sql.all(
                            c,
                            "SELECT * FROM hub_twin WHERE device > ? AND device <= ?",
                            TwinRows::read,
                            after,
                            identities.getLast().deviceId().text())
                    .stream()
                    .collect(Collectors.toMap(DeviceTwin::deviceId, twin -> twin));
            List<Entry> entries = new ArrayList<>();
            for (DeviceIdentity identity : identities) {
                DeviceTwin twin = twins.get(identity.deviceId());
                if (twin == null) {
                    throw new IllegalStateException("device " + identity.deviceId() + " has lost its twin");
                }
                entries.add(new Entry(identity, twin));
            }
            return entries;
        });
    }
}
