// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.Scratch;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.SocketPort;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.sensor.modbus.Framing;
import io.postern.wire.DurationText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./postern simulate TEMPLATE}: instruments to learn with, from the same file that makes their driver. */
@Command(
        name = "postern simulate",
        description =
                "Simulates instruments from templates on a serial line (a pseudo-terminal) or a TCP port, says what"
                        + " they are asked and answer, and lets them be faulty. Type \"help\" while it runs; Ctrl-C ends it.")
public final class Simulate implements Callable<Integer> {
    private static final String ADDRESS = "unit:([0-9]{1,3})";
    private static final Set<String> DRIVERS = Set.of("modbus", "framed", "mbus");

    @Parameters(
            paramLabel = "TEMPLATE",
            arity = "1..*",
            description = "The name of a template that ships with Postern, or a template's file.")
    private List<String> templates = List.of();

    @Option(
            names = "--port",
            paramLabel = "PATH",
            description = "Where the line's pseudo-terminal is linked (default: a fresh folder).")
    private @Nullable Path port;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "A TCP port in the place of a line; port 0 takes any.")
    private @Nullable String listen;

    @Option(names = "--framing", description = "rtu, ascii or tcp (default: rtu on a line, tcp on a TCP port).")
    private @Nullable String framing;

    @Option(names = "--baud", description = "The line's speed (default 19200; framed 9600, M-Bus 2400).")
    private int baud;

    @Option(names = "--format", description = "Data bits, parity, stop bits (default 8E1; framed 8N1).")
    private String format = "";

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description =
                    "unit:N, a meter's primary:N or secondary:NUMBER, or as the questions of a framed template have it; the first for the first template, and so on, those left over for the last (default unit:1, unit:2 ... and primary:1 ...).")
    private List<String> addresses = List.of();

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            description =
                    "[UNIT/]KIND[:ARGUMENT][@START[/DURATION]], as 7/late:800ms@30s/10s; \"help\" lists the kinds. Instruments of framed and M-Bus templates are numbered from 1 in the place of units.")
    private List<String> faults = List.of();

    @Option(
            names = "--turnaround",
            defaultValue = "5ms",
            description = "From a question to its answer, where the template does not say (default ${DEFAULT-VALUE}).")
    private String turnaround = "5ms";

    @Option(
            names = "--speed",
            defaultValue = "1",
            description = "Values move so many times as fast (default ${DEFAULT-VALUE}).")
    private double speed = 1;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Decides about garbage and noise (default ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--quiet", description = "Do not say what is asked and answered.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    public static void main(String[] args) {
        System.exit(new CommandLine(new Simulate()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            return run();
        } catch (TemplateException | IOException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 1;
        } finally {
            ended.countDown();
        }
    }

    private int run() throws TemplateException, IOException, InterruptedException {
        Simulation simulation = simulation();
        faults.stream().map(PlannedFault::parse).forEach(simulation::add);
        return listen == null ? onLine(simulation) : onSocket(simulation, listen);
    }

    private Simulation simulation() throws TemplateException, IOException {
        List<Template> all = new ArrayList<>();
        for (String name : templates) {
            boolean file = name.endsWith(".json") || name.contains("/");
            all.add(
                    file
                            ? Templates.readFile(Path.of(name))
                            : Templates.shipped().read(name));
        }
        String driver = all.getFirst().driver();
        for (Template each : all) {
            checkServed(each);
            if (!each.driver().equals(driver)) {
                throw new IllegalArgumentException("one line has instruments of one driver, not of " + driver + " and "
                        + each.driver() + ": start one simulation for each");
            }
        }
        return driver.equals("modbus") ? modbus(all) : peers(all, driver);
    }

    private static void checkServed(Template template) throws TemplateException {
        if (DRIVERS.contains(template.driver())) {
            return;
        }
        String instead =
                switch (template.driver()) {
                    case "gpio" ->
                        "it hangs on a pin, not on a line. Give its leaf the mock chip: \"address\": \"mock:1@700ms\" is a pin that changes each 700 ms";
                    case "i2c", "onewire" ->
                        "it hangs on a bus of the board, not on a line, and needs a real chip. For a leaf without hardware take a template of the driver gpio and the mock chip: \"address\": \"mock:1@700ms\"";
                    default -> "this simulates instruments of the drivers modbus, framed and mbus";
                };
        throw template.mapping().place().refuse("an instrument of the driver " + template.driver() + ": " + instead);
    }

    /** The template and the address of each instrument. */
    private <T> List<Map.Entry<String, T>> placed(List<T> types, IntFunction<String> usual) {
        List<Map.Entry<String, T>> placed = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < Math.max(addresses.size(), types.size()); i++) {
            String address = i < addresses.size() ? addresses.get(i) : usual.apply(i + 1);
            if (!taken.add(address)) {
                throw new IllegalArgumentException("two instruments have the address " + address
                        + (types.getFirst() instanceof TemplateInstruments
                                ? "; the fault \"duplicate\" makes that happen"
                                : ""));
            }
            placed.add(Map.entry(address, types.get(Math.min(i, types.size() - 1))));
        }
        return placed;
    }

    private Simulation modbus(List<Template> all) throws TemplateException {
        List<TemplateInstruments> instruments = new ArrayList<>();
        for (Template template : all) {
            instruments.add(TemplateInstruments.of(template));
        }
        var types = new TreeMap<Integer, TemplateInstruments>();
        for (var each : placed(instruments, number -> "unit:" + number)) {
            if (!each.getKey().matches(ADDRESS)) {
                throw new IllegalArgumentException("--address is unit:N, as unit:7, not " + each.getKey());
            }
            types.put(Integer.parseInt(each.getKey().substring("unit:".length())), each.getValue());
        }
        long origin = System.nanoTime();
        SimulatedBus bus = new SimulatedBus(origin, new SplittableRandom(seed))
                .turnaround(DurationText.parse(turnaround))
                .speed(speed);
        types.forEach(bus::put);
        if (!quiet) {
            bus.witness(exchange -> tell(
                    exchange.at() - origin, Words.of(exchange, Objects.requireNonNull(types.get(exchange.unit())))));
        }
        return new ModbusSimulation(
                bus, types, Optional.ofNullable(framing).map(kind -> Framing.valueOf(kind.toUpperCase(Locale.ROOT))));
    }

    private Simulation peers(List<Template> all, String driver) throws TemplateException {
        if (framing != null) {
            throw new IllegalArgumentException("--framing is for Modbus, not for the driver " + driver);
        }
        boolean mbus = driver.equals("mbus");
        usualLine(mbus ? 2_400 : 9_600, mbus ? "8E1" : "8N1");
        var pace = new TemplatePeer.Pace(DurationText.parse(turnaround), System.nanoTime(), speed);
        List<TemplatePeer> peers = new ArrayList<>();
        for (var each :
                placed(all, number -> mbus ? "primary:" + number : number == 1 ? "" : Integer.toString(number))) {
            peers.add(
                    mbus
                            ? new MbusTemplatePeer(each.getValue(), each.getKey(), peers.size() + 1, pace)
                            : new FramedTemplatePeer(each.getValue(), each.getKey(), peers.size() + 1, pace));
        }
        return new PeerSimulation(peers, pace, new SplittableRandom(seed), exchange -> {
            if (!quiet) {
                tell(exchange.at() - pace.origin(), Words.of(exchange, peers));
            }
        });
    }

    private static void tell(long nanos, String words) {
        System.out.printf("%9.3f s  %s%n", nanos / 1e9, words);
    }

    /** The user's own place for what runs, where the system has one; else the one for temporary files. */
    private static Path ownDirectory() {
        String own = System.getenv("XDG_RUNTIME_DIR");
        return own != null && Files.isWritable(Path.of(own))
                ? Path.of(own)
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    private void usualLine(int speedOfLine, String formatOfLine) {
        baud = baud == 0 ? speedOfLine : baud;
        format = format.isEmpty() ? formatOfLine : format;
    }

    private int onLine(Simulation simulation) throws IOException, InterruptedException {
        usualLine(19_200, "8E1");
        CharacterFormat line = CharacterFormat.parse(baud, format);
        Optional<Path> scratch = port == null
                ? Optional.of(Files.createTempDirectory(ownDirectory(), "postern-simulate-"))
                : Optional.empty();
        Path link = port == null ? scratch.orElseThrow().resolve("line") : port;
        PtyBus.Wiring wiring = PtyBus.Wiring.HALF_DUPLEX;
        try (PtyBus wire =
                CharacterFormat.hasParity(format) ? PtyBus.openWithParity(wiring, link) : PtyBus.open(wiring, link)) {
            simulation.attach(wire, line);
            begin(wire.port(0) + " at " + baud + " " + format, simulation);
            converse(new Desk(simulation, Optional.of(new Desk.Wire() {
                @Override
                public void unplug() {
                    wire.unplug(0);
                }

                @Override
                public void replug() {
                    wire.replug(0);
                }
            })));
        } finally {
            scratch.ifPresent(Scratch::delete);
        }
        return 0;
    }

    private int onSocket(Simulation simulation, String where) throws IOException, InterruptedException {
        int colon = where.lastIndexOf(':');
        if (colon < 1 || !where.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("--listen is HOST:PORT, as 127.0.0.1:1502, not " + where);
        }
        var address = new InetSocketAddress(where.substring(0, colon), Integer.parseInt(where.substring(colon + 1)));
        try (SocketPort socket = simulation.listen(address)) {
            begin(
                    "tcp://" + socket.address().getHostString() + ":"
                            + socket.address().getPort(),
                    simulation);
            converse(new Desk(simulation, Optional.empty()));
        }
        return 0;
    }

    private void begin(String where, Simulation simulation) {
        simulation.instruments().forEach(System.out::println);
        System.out.println("ready: " + where);
        System.out.flush();
    }

    /** Until Ctrl-C, or "quit"; who gives no input at all is not asked for any. */
    private void converse(Desk desk) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::leave));
        Thread.ofPlatform().daemon().name("desk").start(() -> listenTo(desk));
        over.await();
    }

    /** However it ends, the line is taken away first. */
    private void leave() {
        over.countDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listenTo(Desk desk) {
        try (var input = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()))) {
            for (String typed = input.readLine(); typed != null; typed = input.readLine()) {
                if (typed.strip().equals("quit")) {
                    over.countDown();
                    return;
                }
                System.out.println(desk.order(typed.strip()));
            }
        } catch (IOException e) {
            System.err.println("no more orders: " + e.getMessage());
        }
    }
}
