// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.loss;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.gateway.load.LoadLedger;
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
import java.util.Locale;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A gateway process under load at a hub process, over TLS. The hub goes away, or the gateway is killed again and again;
 * in the end every reading that was accepted must have come out of the hub, in order, under numbers without a hole.
 */
public final class LossProof {
    /** What a leaf has on its way without an acknowledgement at most, on any transport. */
    public static final int WINDOW = 256;

    private static final Duration PATIENCE = Duration.ofSeconds(90); // a governor's longest pause is a minute
    private static final Duration BEFORE = Duration.ofSeconds(2); // of load with all sessions up
    private static final Duration QUIET = Duration.ofSeconds(1); // in which what came twice would come
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int LONGEST_MOMENT_MS = 2_000; // a start takes as long on a free machine
    private static final int BETWEEN_CHECKS = 50; // kills after which all must be there before it goes on
    private static final int SHOWN = 20; // of what is missing
    private static final int HUB_KILLED = 20; // one kill in so many finds the hub away
    private static final int SETTINGS_CHANGED = 10; // one kill in so many finds settings on their way

    private final Path root;
    private final LabCloud cloud;
    private final String name;
    private final Path directory;
    private final Scale scale;
    private final RandomGenerator random;
    private final Consumer<String> progress;
    private final List<String> faults = new ArrayList<>();
    private int told; // of the faults
    private int hubKills;
    private int changes;

    /** How far a gateway gets before a moment is chosen to kill it, so that a busy machine is no excuse. */
    private enum Stage {
        /** While it starts, finds its outbox again, connects, or later. */
        ANY,
        /** It has accepted a reading. */
        ACCEPTING,
        /** The hub has acknowledged one of some leaf's. */
        SPEAKING
    }

    /**
     * How much is offered.
     *
     * @param transport between gateway and hub
     * @param perSecond of all leaves together
     */
    public record Scale(String transport, int leaves, double perSecond) {}

    /**
     * What came of it.
     *
     * @param kills of the gateway
     * @param hubKills of the hub
     * @param changes of settings that were on their way at a kill
     * @param accepted readings of which the gateway had said that they are safe
     * @param open readings whose producer was killed before it heard; some of them are at the hub
     * @param lost of the accepted
     * @param late readings that came behind a later one of their leaf
     * @param repeated messages that came again
     * @param deepest the most messages of one leaf that came again at one interruption
     * @param back from the hub's return until all that had waited was there; zero where the hub had not been away
     * @param faults whatever is lost or wrong; empty when the proof holds
     */
    public record Result(
            String name,
            int kills,
            int hubKills,
            int changes,
            long accepted,
            long open,
            long lost,
            long late,
            long repeated,
            int deepest,
            Duration back,
            List<String> faults) {
        public Result {
            faults = List.copyOf(faults);
        }
    }

    /**
     * @param name of the gateway, its own at this cloud
     * @param directory for the gateway's state
     * @param random decides about the moments
     */
    public LossProof(
            Path root,
            LabCloud cloud,
            String name,
            Path directory,
            Scale scale,
            RandomGenerator random,
            Consumer<String> progress) {
        this.root = root;
        this.cloud = cloud;
        this.name = name;
        this.directory = directory;
        this.scale = scale;
        this.random = random;
        this.progress = progress;
    }

    /** @param kill whether the gateway is killed in the middle */
    public Result outage(Duration outage, boolean kill)
            throws IOException, LabException, ServiceException, InterruptedException {
        LoadedGateway.Plan plan = plan();
        Duration back;
        Witness witness;
        try (EventStream events = cloud.operator().events(0, _ -> {})) {
            witness = new Witness(events, plan.crew());
            LoadedGateway gateway = LoadedGateway.start(plan, "");
            try {
                gateway.awaitConnected(PATIENCE);
                gateway.load(scale.perSecond(), 0);
                witness.follow(BEFORE);
                cloud.kill();
                hubKills++;
                if (kill) {
                    witness.follow(outage.dividedBy(2));
                    gateway.kill();
                    gateway = LoadedGateway.start(plan, pace());
                }
                witness.follow(kill ? outage.dividedBy(2) : outage);
                cloud.comeBack();
                long begin = System.nanoTime();
                awaitAll(witness, gateway.account(), gateway);
                back = Duration.ofNanos(System.nanoTime() - begin);
                gateway.rest();
                awaitAll(witness, gateway.account(), gateway);
                witness.follow(QUIET);
            } finally {
                gateway.close();
            }
        }
        String what = String.format(
                Locale.ROOT, "hub away %d s%s", outage.toSeconds(), kill ? ", gateway killed meanwhile" : "");
        return result(what, kill ? 1 : 0, LoadLedger.read(plan.ledger()), witness, back);
    }

    /** Kills the gateway again and again at moments between its start and some seconds later. */
    public Result kills(int times) throws IOException, LabException, ServiceException, InterruptedException {
        LoadedGateway.Plan plan = plan();
        Witness witness;
        try (EventStream events = cloud.operator().events(0, _ -> {})) {
            witness = new Witness(events, plan.crew());
            for (int kill = 1; kill <= times; kill++) {
                try (LoadedGateway gateway = LoadedGateway.start(plan, pace())) {
                    if (kill == 1) {
                        gateway.awaitConnected(PATIENCE); // it is provisioned, and begins its account
                    }
                    live(gateway, witness, kill);
                    gateway.kill();
                }
                if (kill % BETWEEN_CHECKS == 0 || kill == times) {
                    check(plan, witness, kill);
                }
            }
            witness.follow(QUIET);
        }
        return result(times + " kills of the gateway", times, LoadLedger.read(plan.ledger()), witness, Duration.ZERO);
    }

    private LoadedGateway.Plan plan() throws IOException, LabException {
        Crew crew = Crew.enroll(cloud, name, scale.leaves(), directory.resolve("keys"));
        JsonObject further = Json.object()
                .add(
                        "io.postern.gateway",
                        Json.object().add("hubTransports", Json.array().add(scale.transport())))
                .build();
        return new LoadedGateway.Plan(root, cloud, crew, directory.resolve("gateway"), 1, further, List.of());
    }

    private String pace() {
        return Double.toString(scale.perSecond());
    }

    /** A gateway's life up to the moment it is killed. */
    private void live(LoadedGateway gateway, Witness witness, int kill)
            throws IOException, LabException, ServiceException, InterruptedException {
        boolean hubToo = random.nextInt(HUB_KILLED) == 0;
        boolean settings = random.nextInt(SETTINGS_CHANGED) == 0;
        reach(Stage.values()[random.nextInt(Stage.values().length)], gateway, witness);
        if (settings) {
            change(gateway, kill);
        }
        if (hubToo) {
            cloud.kill();
            hubKills++;
            witness.follow(moment());
            if (random.nextBoolean()) {
                gateway.kill(); // it is away when the hub comes back
            }
            cloud.comeBack();
        }
        witness.follow(moment());
    }

    private Duration moment() {
        return Duration.ofMillis(random.nextInt(LONGEST_MOMENT_MS));
    }

    private void reach(Stage stage, LoadedGateway gateway, Witness witness)
            throws IOException, ServiceException, InterruptedException {
        long before = gateway.account().accepted();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean there = stage == Stage.ANY;
        while (!there && gateway.process().isAlive() && System.nanoTime() < deadline) {
            witness.follow(LOOK);
            there = stage == Stage.ACCEPTING
                    ? gateway.account().accepted() > before
                    : gateway.reached("LEAF_SPEAKING") > 0;
        }
        if (!there) {
            faults.add("the gateway did not get to " + stage + "; the end of its log:\n"
                    + gateway.process().lastWords(15));
        }
    }

    /** Makes the whole core of the gateway begin anew, with the change on trial, if there is somebody to be asked. */
    private void change(LoadedGateway gateway, int kill) {
        var configuration = Json.object().add("pid", "io.postern.gateway");
        if (random.nextBoolean()) {
            configuration.add("set", Json.object().add("amqpAbove", 100 + kill));
        } else {
            configuration.add("forget", Json.array().add("amqpAbove"));
        }
        JsonObject change = Json.object()
                .add("change", "kill-" + kill)
                .add("within", "10s")
                .add("configurations", Json.array().add(configuration))
                .build();
        try {
            gateway.command("settings.change", change);
            changes++;
        } catch (IOException | RuntimeException notUpYet) {
            progress.accept("kill " + kill + ": no change of settings: " + notUpYet.getMessage());
        }
    }

    /** Lets the gateway bring all that is accepted to the hub before it goes on. */
    private void check(LoadedGateway.Plan plan, Witness witness, int kill)
            throws IOException, LabException, ServiceException, InterruptedException {
        LoadLedger.Account account = LoadLedger.read(plan.ledger());
        try (LoadedGateway gateway = LoadedGateway.start(plan, "")) {
            awaitAll(witness, account, gateway);
        }
        progress.accept(String.format(
                Locale.ROOT,
                "kill %d: %,d readings accepted, %,d at the hub, %d of those lost, %d came again",
                kill,
                account.accepted(),
                witness.seen().count(),
                witness.seen().missing(account),
                witness.seen().repeated()));
        faults.stream().skip(told).forEach(fault -> progress.accept("FAULT: " + fault));
        told = faults.size();
    }

    private void awaitAll(Witness witness, LoadLedger.Account account, LoadedGateway gateway)
            throws ServiceException, InterruptedException {
        long missing = witness.awaitAll(account, PATIENCE);
        if (missing > 0) {
            faults.add(missing + " readings have not come: "
                    + witness.seen().missingOnes(account, SHOWN) + "; the end of the gateway's log:\n"
                    + gateway.process().lastWords(15));
        }
    }

    private Result result(String what, int kills, LoadLedger.Account account, Witness witness, Duration back) {
        long lost = witness.seen().missing(account);
        faults.addAll(witness.faults());
        if (lost > 0) {
            faults.add(lost + " readings that were accepted are lost");
        }
        if (witness.seen().late() > 0) {
            faults.add(witness.seen().late() + " readings came behind later ones of their leaf");
        }
        int deepest =
                witness.leaves().stream().mapToInt(LeafNumbers::deepest).max().orElse(0);
        if (deepest > WINDOW) {
            faults.add(deepest + " messages of a leaf came again at one interruption; at most " + WINDOW
                    + " can have been on their way");
        }
        return new Result(
                scale.transport() + ": " + what,
                kills,
                hubKills,
                changes,
                account.accepted(),
                account.holes().size(),
                lost,
                witness.seen().late(),
                witness.leaves().stream().mapToLong(LeafNumbers::repeated).sum(),
                deepest,
                back,
                faults);
    }
}
