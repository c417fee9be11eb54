// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.lab.Child;
import io.postern.lab.LabException;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import java.io.IOException;
import java.time.Duration;

/** Ours, on the state it had when it ran before. */
record Gateway(String transport, LoadedGateway.Plan plan) implements Contender {
    private static final Duration PATIENCE = Duration.ofSeconds(180); // 500 handshakes on a machine that others use

    @Override
    public String name() {
        return "Postern, " + transport;
    }

    @Override
    public String durability() {
        return "synced";
    }

    @Override
    public Crew crew() {
        return plan.crew();
    }

    @Override
    public Running start() throws IOException, LabException, InterruptedException {
        LoadedGateway gateway = LoadedGateway.start(plan, "");
        try {
            gateway.awaitConnected(PATIENCE);
            return new OfGateway(gateway);
        } catch (IOException | LabException | InterruptedException | RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    private record OfGateway(LoadedGateway gateway) implements Running {
        @Override
        public Child process() {
            return gateway.process();
        }

        @Override
        public void begin(double perSecond) throws IOException {
            gateway.load(perSecond, 0);
        }

        @Override
        public long end() throws IOException {
            return gateway.rest().getJsonNumber("accepted").longValueExact();
        }

        @Override
        public void close() {
            gateway.close();
        }
    }
}
