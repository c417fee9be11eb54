// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpClient;
import io.postern.cloud.endpoint.amqp.AmqpLimits;
import io.postern.cloud.endpoint.amqp.AmqpService;
import io.postern.cloud.endpoint.amqp.AmqpVisit;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.Hubs;
import io.postern.wire.HubName;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The hubs over AMQP (HUB-12 to HUB-15): devices, many of them on one connection, and whoever {@link ServiceSide} serves
 * besides.
 */
public final class HubAmqpService implements AmqpService {
    /** spec: an official client puts as many devices on one connection as this. */
    public static final int USUAL_DEVICES = 1000;

    private static final int LINKS_OF_DEVICE = 6; // telemetry, commands, and two each for twin and methods
    private static final int AROUND_DEVICES = 16; // sessions and links of $cbs and of the service's clients

    private final Hubs hubs;
    private final List<ServiceSide> sides;
    private final int devices;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param sides what is served beside devices, asked in this order
     * @param devices how many one connection may carry
     * @param random for tracking ids, which identify and protect nothing
     */
    public HubAmqpService(
            Hubs hubs, List<ServiceSide> sides, int devices, InstantSource clock, RandomGenerator random) {
        this.hubs = hubs;
        this.sides = List.copyOf(sides);
        this.devices = devices;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Set<String> mechanisms() {
        return Set.of(HubVisit.PLAIN, HubVisit.ANONYMOUS, HubVisit.EXTERNAL, HubVisit.CBS);
    }

    /** Enough for all devices, in a session each as one official client does it. */
    @Override
    public AmqpLimits limits(String host) {
        return isHub(host)
                ? new AmqpLimits(devices + AROUND_DEVICES, devices * LINKS_OF_DEVICE + AROUND_DEVICES)
                : AmqpLimits.OF_ONE_DEVICE;
    }

    @Override
    public AmqpVisit welcome(AmqpClient client) {
        return new HubVisit(hubs, sides, devices, client, new Refusals(clock, random, client.remote()));
    }

    private boolean isHub(String host) {
        try {
            return hubs.find(HubName.of(host)).isPresent();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
