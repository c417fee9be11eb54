// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.endpoint.amqp.AmqpClient;
import io.postern.cloud.endpoint.amqp.AmqpService;
import io.postern.cloud.endpoint.amqp.AmqpVisit;
import java.time.InstantSource;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Where devices register over AMQP, on the one address that serves all id scopes (DPS-16). */
public final class DpsAmqpService implements AmqpService {
    private final RegistrationDesk desk;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param random for tracking ids, which identify and protect nothing */
    public DpsAmqpService(RegistrationDesk desk, InstantSource clock, RandomGenerator random) {
        this.desk = desk;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Set<String> mechanisms() {
        return Set.of(DpsVisit.PLAIN, DpsVisit.TPM, DpsVisit.ANONYMOUS, DpsVisit.EXTERNAL);
    }

    @Override
    public AmqpVisit welcome(AmqpClient client) {
        return new DpsVisit(desk, client, new DpsErrors(clock, random, client.remote()));
    }
}
