// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.commands.CommandSettings;
import io.postern.wire.HubName;
import java.time.Duration;

/**
 * What an operator sets of a hub.
 *
 * @param quarantine how long the name of a deleted device stays barred (ISS-13); zero switches the quarantine off
 * @param retainedEvents how many accepted events are kept, at least 1
 * @param partitions how many partitions the event stream has, 1 to 32; may grow from one start to the next
 * @param commands how long commands wait and are held
 * @param registry the bounds of the registry, and where its jobs may go
 * @param usage beyond what the operator is alerted
 */
public record HubSettings(
        HubName name,
        Duration quarantine,
        long retainedEvents,
        int partitions,
        CommandSettings commands,
        RegistrySettings registry,
        UsageSettings usage) {
    public static final Duration DEFAULT_QUARANTINE = Duration.ofDays(10);
    public static final long DEFAULT_RETAINED_EVENTS = 1_000_000; // about 0.5 GB of ordinary readings

    public static final int DEFAULT_PARTITIONS = 4; // spec: what an IoT Hub is created with
    private static final int MOST_PARTITIONS = 32; // spec: the most an IoT Hub of the standard tier can have

    public HubSettings {
        if (quarantine.isNegative()) {
            throw new IllegalArgumentException("quarantine must not be negative, it is " + quarantine);
        }
        if (retainedEvents < 1) {
            throw new IllegalArgumentException("retainedEvents must be at least 1, it is " + retainedEvents);
        }
        if (partitions < 1 || partitions > MOST_PARTITIONS) {
            throw new IllegalArgumentException("partitions must be 1 to " + MOST_PARTITIONS + ", it is " + partitions);
        }
    }

    public HubSettings(HubName name, Duration quarantine, long retainedEvents) {
        this(name, quarantine, retainedEvents, DEFAULT_PARTITIONS);
    }

    public HubSettings(HubName name, Duration quarantine, long retainedEvents, int partitions) {
        this(name, quarantine, retainedEvents, partitions, CommandSettings.DEFAULT);
    }

    public HubSettings(
            HubName name, Duration quarantine, long retainedEvents, int partitions, CommandSettings commands) {
        this(name, quarantine, retainedEvents, partitions, commands, RegistrySettings.DEFAULT, UsageSettings.DEFAULT);
    }

    public HubSettings with(RegistrySettings others) {
        return new HubSettings(name, quarantine, retainedEvents, partitions, commands, others, usage);
    }

    public HubSettings with(UsageSettings others) {
        return new HubSettings(name, quarantine, retainedEvents, partitions, commands, registry, others);
    }

    public static HubSettings of(HubName name) {
        return new HubSettings(name, DEFAULT_QUARANTINE, DEFAULT_RETAINED_EVENTS);
    }
}
