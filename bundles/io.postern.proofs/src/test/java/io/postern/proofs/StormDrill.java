// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import io.postern.lab.Child;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Real gateways whose cloud side is killed under all their sessions and started again. */
final class StormDrill {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String NAME = "storm-";

    private final Path root;
    private final Path directory;
    private final LabCloud cloud;
    private final Consumer<String> progress;

    /**
     * What is tried.
     *
     * @param leaves of all gateways together
     * @param transport over which all go; empty leaves it to the gateways
     */
    record Plan(int gateways, int leaves, Duration away, String transport) {
        int all() {
            return leaves / gateways * gateways + gateways;
        }
    }

    /**
     * What came of it.
     *
     * @param start seconds until all were connected the first time
     * @param back sessions at the end
     * @param seconds from the moment the cloud side listened again until the last was back
     * @param whileAway attempts to open a session while it was away
     * @param after attempts since
     * @param inVain of those after its return, the ones that failed
     * @param refused of those, for lack of time
     * @param minted tokens of leaves before the outage
     * @param mintedAgain tokens of leaves since
     * @param cpuPeak cores that the cloud side used at most in a quarter of a second, from its return on
     * @param cpuAll seconds on a core that the return of all cost it
     */
    record Result(
            double start,
            int back,
            double seconds,
            long whileAway,
            long after,
            long inVain,
            long refused,
            long minted,
            long mintedAgain,
            double cpuPeak,
            double cpuAll) {}

    StormDrill(Path root, Path directory, LabCloud cloud, Consumer<String> progress) {
        this.root = root;
        this.directory = directory;
        this.cloud = cloud;
        this.progress = progress;
    }

    Result run(Plan plan) throws IOException, LabException, InterruptedException {
        int each = plan.leaves / plan.gateways;
        List<LoadedGateway> gateways = new ArrayList<>();
        try {
            progress.accept("enrolling " + plan.gateways + " gateways of " + each + " leaves, and starting them");
            List<Crew> crews = new ArrayList<>();
            for (int n = 0; n < plan.gateways; n++) {
                crews.add(Crew.enroll(cloud, NAME + n, each, directory.resolve("keys-" + n)));
            }
            long begun = System.nanoTime();
            for (Crew crew : crews) {
                var one = new LoadedGateway.Plan(
                        root, cloud, crew, directory.resolve(crew.name()), 1, settings(plan), List.of());
                gateways.add(LoadedGateway.start(one, ""));
            }
            awaitLive(gateways, plan.all());
            return outage(plan, gateways, seconds(begun));
        } finally {
            gateways.forEach(LoadedGateway::close);
        }
    }

    private static JsonObject settings(Plan plan) {
        return plan.transport.isEmpty()
                ? JsonObject.EMPTY_JSON_OBJECT
                : Json.object()
                        .add(
                                "io.postern.gateway",
                                Json.object().add("hubTransports", Json.array().add(plan.transport)))
                        .build();
    }

    private Result outage(Plan plan, List<LoadedGateway> gateways, double start)
            throws IOException, LabException, InterruptedException {
        long minted = tokens(gateways, plan);
        long before = figure(gateways, "attempts");
        progress.accept("killing the cloud side");
        cloud.kill();
        LockSupport.parkNanos(plan.away.toNanos());
        long then = figure(gateways, "attempts");
        long failures = figure(gateways, "failures");
        long throttled = figure(gateways, "throttled");
        cloud.comeBack();
        long returned = System.nanoTime();
        var processor = new Processor();
        awaitLive(gateways, plan.all(), processor);
        return new Result(
                start,
                (int) figure(gateways, "live"),
                seconds(returned),
                then - before,
                figure(gateways, "attempts") - then,
                figure(gateways, "failures") - failures,
                figure(gateways, "throttled") - throttled,
                minted,
                tokens(gateways, plan) - minted,
                processor.peak,
                processor.all() / 1e9);
    }

    /** What the cloud side uses of the processor, looked at from time to time. */
    private final class Processor {
        private static final long LOOK = 250_000_000; // the kernel counts in hundredths of a second

        private final long first = used();
        private long last = first;
        private long at = System.nanoTime();
        private double peak;

        void look() {
            long now = System.nanoTime();
            if (now - at >= LOOK) {
                long used = used();
                peak = Math.max(peak, (double) (used - last) / (now - at));
                last = used;
                at = now;
            }
        }

        long all() {
            return used() - first;
        }

        private long used() {
            return ProcessHandle.of(cloud.process().pid())
                    .flatMap(process -> process.info().totalCpuDuration())
                    .map(Duration::toNanos)
                    .orElse(0L);
        }
    }

    private void awaitLive(List<LoadedGateway> gateways, int all)
            throws IOException, LabException, InterruptedException {
        awaitLive(gateways, all, new Processor());
    }

    private static void awaitLive(List<LoadedGateway> gateways, int all, Processor processor)
            throws IOException, LabException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long live = live(gateways);
        while (live < all) {
            if (System.nanoTime() > deadline) {
                throw new LabException("only " + live + " of " + all + " have a session");
            }
            processor.look();
            Child.pause();
            live = live(gateways);
        }
    }

    /** A gateway that does not listen yet has none. */
    private static long live(List<LoadedGateway> gateways) throws LabException {
        long live = 0;
        for (LoadedGateway gateway : gateways) {
            if (!gateway.process().isAlive()) {
                throw new LabException("a gateway has ended. The end of its log:\n"
                        + gateway.process().lastWords(15));
            }
            try {
                live += figure(gateway, "live");
            } catch (IOException notYet) {
                return -1;
            }
        }
        return live;
    }

    private static long figure(List<LoadedGateway> gateways, String name) throws IOException {
        long sum = 0;
        for (LoadedGateway gateway : gateways) {
            sum += figure(gateway, name);
        }
        return sum;
    }

    private static long figure(LoadedGateway gateway, String name) throws IOException {
        return report(gateway).getJsonObject("connecting").getJsonNumber(name).longValue();
    }

    /** The leaves' alone: a gateway signs its own. */
    private static long tokens(List<LoadedGateway> gateways, Plan plan) throws IOException, LabException {
        long sum = 0;
        for (LoadedGateway gateway : gateways) {
            List<JsonObject> tokens = report(gateway).getJsonArray("tokens").getValuesAs(JsonObject.class).stream()
                    .filter(token ->
                            !token.getString("device").equals(gateway.crew().name()))
                    .toList();
            if (tokens.size() != plan.leaves / plan.gateways) {
                throw new LabException("a gateway tells of " + tokens.size() + " tokens, not of one for each leaf");
            }
            sum += tokens.stream()
                    .mapToLong(token -> token.getJsonNumber("renewals").longValue())
                    .sum();
        }
        return sum;
    }

    private static JsonObject report(LoadedGateway gateway) throws IOException {
        return gateway.command("leaf.tokens", JsonObject.EMPTY_JSON_OBJECT);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
