// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.wire.DurationText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern drill storm}. */
@Command(
        name = "storm",
        mixinStandardHelpOptions = true,
        description = "A hub goes away from many gateways at once and comes back: in simulated time with the product's"
                + " own governor, then for real with gateway processes and the cloud side killed under them.")
public final class DrillStorm implements Callable<Integer> {
    private static final double MOST_THROTTLED = 0.02;

    @Option(names = "--gateways", defaultValue = "1000", description = "Simulated gateways (default ${DEFAULT-VALUE}).")
    private int gateways = 1000;

    @Option(names = "--leaves", defaultValue = "10", description = "Leaves of each (default ${DEFAULT-VALUE}).")
    private int leaves = 10;

    @Option(names = "--outage", defaultValue = "15m", description = "How long (default ${DEFAULT-VALUE}).")
    private String outage = "15m";

    @Option(
            names = "--quota",
            defaultValue = "100",
            description = "Connections a second that the simulated hub takes (default ${DEFAULT-VALUE}).")
    private int quota = 100;

    @Option(names = "--seed", defaultValue = "1", description = "Decides about all chance (default ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--real-leaves",
            defaultValue = "500",
            description = "Leaves of the real gateways together; 0 leaves them out (default ${DEFAULT-VALUE}).")
    private int realLeaves = 500;

    @Option(
            names = "--real-gateways",
            defaultValue = "2",
            description = "Real gateways, which share the leaves (default ${DEFAULT-VALUE}).")
    private int realGateways = 2;

    @Option(
            names = "--real-transport",
            defaultValue = "",
            description = "Over what they go: mqtt, mqtt-ws, amqp, amqp-ws or https; else as they choose.")
    private String realTransport = "";

    @Option(
            names = "--real-outage",
            defaultValue = "15s",
            description = "How long the real cloud side is away (default ${DEFAULT-VALUE}).")
    private String realOutage = "15s";

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        Duration away = DurationText.parse(outage);
        boolean held = simulate(
                "with windows", new StormModel.Scenario(gateways, leaves, away, quota, true, true, seed), true);
        var slots = new StormModel.Scenario(gateways, leaves, away, quota, true, false, seed);
        held &= simulate("a token service that knows only slots", slots, true);
        simulate(
                "one that knows nothing of either",
                new StormModel.Scenario(gateways, leaves, away, quota, false, false, seed),
                false);
        held &= simulate(
                "the line of one gateway cut",
                new StormModel.Scenario(gateways, leaves, away, quota, true, true, seed).ofOne(),
                true);
        if (realLeaves > 0) {
            held &= drill();
        }
        return held ? 0 : 1;
    }

    private boolean simulate(String name, StormModel.Scenario scenario, boolean counts) {
        long begun = System.nanoTime();
        StormModel.Result result = new StormModel(scenario).run();
        int all = scenario.cut() * (leaves + 1);
        System.out.printf(
                Locale.ROOT,
                "simulated, %s: %d gateways of %d leaves, %s away, %d connections a second (%.1f s)%n",
                name,
                gateways,
                leaves,
                outage,
                quota,
                (System.nanoTime() - begun) / 1e9);
        System.out.printf(
                Locale.ROOT,
                "  back %d of %d, the last after %.0f s, half after %.0f s, %.1f s from first to last; at best %.0f s%n",
                result.back(),
                all,
                result.seconds(),
                result.half(),
                result.spread(),
                (double) all / quota);
        System.out.printf(
                Locale.ROOT,
                "  attempts of one gateway an hour while away %.0f; worst second after the return %d; refused for lack of"
                        + " time %d of %d (%.2f %%)%n",
                result.whileAway(),
                result.peak(),
                result.throttled(),
                result.attempts(),
                100 * result.share());
        return !counts || result.back() == all && result.share() <= MOST_THROTTLED;
    }

    private boolean drill() throws IOException, LabException, InterruptedException {
        Path root = Path.of(System.getProperty("postern.root"));
        Path directory = Path.of(System.getProperty("postern.lab"));
        var plan = new StormDrill.Plan(realGateways, realLeaves, DurationText.parse(realOutage), realTransport);
        try (LabCloud cloud = LabCloud.start(root, directory, "127.0.0.1")) {
            StormDrill.Result result = new StormDrill(root, directory, cloud, System.out::println).run(plan);
            double refused = result.after() == 0 ? 0 : (double) result.refused() / result.after();
            System.out.printf(
                    Locale.ROOT,
                    "real: %d gateways of %d leaves%s, the cloud side killed for %s%n"
                            + "  first start: all connected after %.1f s%n"
                            + "  back %d of %d, the last %.1f s after the cloud side; attempts while away %d, since %d, of"
                            + " them in vain %d, refused for lack of time %d (%.2f %%)%n"
                            + "  tokens minted at the start %d, by the storm %d%n"
                            + "  the cloud side used %.1f s on a core for it, %.2f cores at the peak%n",
                    realGateways,
                    realLeaves / realGateways,
                    realTransport.isEmpty() ? "" : " over " + realTransport,
                    realOutage,
                    result.start(),
                    result.back(),
                    plan.all(),
                    result.seconds(),
                    result.whileAway(),
                    result.after(),
                    result.inVain(),
                    result.refused(),
                    100 * refused,
                    result.minted(),
                    result.mintedAgain(),
                    result.cpuAll(),
                    result.cpuPeak());
            return result.back() == plan.all() && result.mintedAgain() == 0 && refused <= MOST_THROTTLED;
        }
    }
}
