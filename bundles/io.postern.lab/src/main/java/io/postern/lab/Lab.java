// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./postern lab}: the one command a newcomer types. */
@Command(
        name = "postern lab",
        description =
                "Both sides on this machine: cloud, software TPM, simulated sensors, gateway. Ctrl-C ends all of it.")
public final class Lab implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(90); // 10 leaves speak after 3 s on two free cores
    private static final Duration PARTING = Duration.ofSeconds(30); // each of the parts has at most 10 s to end
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration REDRAW = Duration.ofSeconds(1);
    private static final Duration PRINT = Duration.ofSeconds(10);

    @Option(names = "--once", description = "End by itself: exit code 0 when the hub has accepted every leaf.")
    private boolean once;

    @Option(
            names = "--leaves",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many leaf sensors (1 to 200; default ${DEFAULT-VALUE}).")
    private int leaves = 10;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the same facts for a program.")
    private @Nullable Path json;

    @Option(
            names = "--listen",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1",
            description = "Where the cloud side listens (default ${DEFAULT-VALUE}).")
    private String listen = "127.0.0.1";

    @Option(
            names = "--keep",
            description = "Keep the lab's files (logs, databases, configuration) and say where they are.")
    private boolean keep;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    private final Screen screen = Screen.ofProcess(System.getenv());
    private final LabView view = new LabView(System.out, screen);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean ending;

    public static void main(String[] args) throws IOException {
        Path directory = Scratch.make("postern-lab-");
        System.setProperty("postern.lab", directory.toString());
        int exit = new CommandLine(new Lab()).execute(args);
        directory.toFile().delete(); // when nothing but help was wanted it is empty; else it goes with the shutdown
        System.exit(exit);
    }

    @Override
    public Integer call() throws IOException {
        Path directory = Path.of(System.getProperty("postern.lab"));
        Path root = Path.of(System.getProperty("postern.root"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(directory)));
        if (keep) {
            view.say("files of this lab: " + directory);
        }
        try (var site = new LabSite(root, directory, listen, leaves, what -> view.say("... " + what))) {
            return run(site);
        } catch (LabException | IllegalArgumentException e) {
            complain(String.valueOf(e.getMessage()));
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            over.countDown();
        }
    }

    /** However the lab ends: its parts first, then its files. */
    private void leave(Path directory) {
        ending = true;
        try {
            if (over.getCount() > 0) {
                System.out.println("\nending the lab ...");
            }
            if (!over.await(PARTING.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println("the lab's parts have not ended within " + PARTING.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!keep && Files.exists(directory)) {
            Scratch.delete(directory);
        }
    }

    /** Says what went wrong, unless it goes wrong because a person has ended the lab. */
    private void complain(String text) {
        if (!ending) {
            System.err.println(text);
        }
    }

    private int run(LabSite site) throws LabException, InterruptedException, IOException {
        view.say("... starting the gateway; the cloud side listens on " + site.addresses());
        var book = new LeafBook(site.leaves());
        try (EventStream events = site.cloud().events(0, this::complain);
                LabGateway gateway = site.startGateway(site.directory().resolve("gateway"))) {
            Optional<String> trouble = watchStart(gateway, events, book);
            if (json != null) {
                Files.writeString(json, Json.pretty(new LabReport(gateway.steps(), book, trouble).toJson()) + "\n");
            }
            if (trouble.isPresent()) {
                complain(trouble.get() + "\nThe end of the gateway's log:\n"
                        + gateway.process().lastWords(15));
                return 1;
            }
            view.say("");
            if (once) {
                view.readings(book);
                view.say(book.records().size() + " of " + book.records().size()
                        + " leaves: telemetry accepted under their own identity, with tokens from the token service");
                return 0;
            }
            watchReadings(gateway, events, book);
            return 0;
        } catch (ServiceException e) {
            throw new LabException("the hub's events cannot be followed: " + e.getMessage(), e);
        }
    }

    /** Shows the milestones until every leaf was accepted by the hub; else why not. */
    private Optional<String> watchStart(LabGateway gateway, EventStream events, LeafBook book)
            throws IOException, InterruptedException, ServiceException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int shown = 0;
        while (true) {
            boolean alive = gateway.process().isAlive();
            book.read(events, LOOK);
            List<Step> steps = gateway.steps();
            steps.stream().skip(shown).forEach(view::step);
            shown = steps.size();
            long spoken = steps.stream()
                    .filter(step -> step.name().equals("LEAF_SPEAKING"))
                    .count();
            if (book.foreign() > 0) {
                return Optional.of(book.foreign() + " messages came without a token of the token service");
            }
            if (book.allSpeak() && spoken >= book.records().size()) {
                return Optional.empty();
            }
            if (!alive) {
                return Optional.of("the gateway has ended before every leaf spoke");
            }
            if (System.nanoTime() > deadline) {
                return Optional.of("after " + PATIENCE.toSeconds() + " s the hub has accepted only " + book.speaking()
                        + " of " + book.records().size() + " leaves");
            }
        }
    }

    private void watchReadings(LabGateway gateway, EventStream events, LeafBook book)
            throws InterruptedException, ServiceException {
        view.say("live readings; Ctrl-C ends the lab");
        long pace = (screen.isTerminal() ? REDRAW : PRINT).toNanos();
        long next = System.nanoTime();
        while (gateway.process().isAlive()) {
            book.read(events, LOOK);
            if (System.nanoTime() - next >= 0) {
                view.readings(book);
                next += pace;
            }
        }
        complain("the gateway has ended. The end of its log:\n"
                + gateway.process().lastWords(15));
    }
}
