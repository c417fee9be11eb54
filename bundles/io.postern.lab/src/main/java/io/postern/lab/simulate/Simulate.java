// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.Scratch;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PtyBus;
import io.postern.sensor.modbus.Framing;
import io.postern.lab.sim.modbus.PlannedFault;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.SocketPort;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.wire.DurationText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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

    @Option(names = "--baud", defaultValue = "19200", description = "The line's speed (default ${DEFAULT-VALUE}).")
    private int baud = 19_200;

    @Option(
            names = "--format",
            defaultValue = "8E1",
            description = "Data bits, parity, stop bits (default ${DEFAULT-VALUE}).")
    private String format = "8E1";

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description =
                    "unit:N; the first for the first template, and so on, those left over for the last (default unit:1, unit:2 ...).")
    private List<String> addresses = List.of();

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            description =
                    "[UNIT/]KIND[:ARGUMENT][@START[/DURATION]], as 7/late:800ms@30s/10s; \"help\" lists the kinds.")
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
        SortedMap<Integer, TemplateInstruments> types = instruments();
        long origin = System.nanoTime();
        SimulatedBus bus = new SimulatedBus(origin, new SplittableRandom(seed))
                .turnaround(DurationText.parse(turnaround))
                .speed(speed);
        types.forEach(bus::put);
        faults.stream().map(PlannedFault::parse).forEach(bus::add);
        if (!quiet) {
            bus.witness(exchange -> System.out.printf(
                    "%9.3f s  %s%n",
                    (exchange.at() - origin) / 1e9,
                    Words.of(exchange, Objects.requireNonNull(types.get(exchange.unit())))));
        }
        return listen == null ? onLine(bus, types) : onSocket(bus, types);
    }

    private SortedMap<Integer, TemplateInstruments> instruments() throws TemplateException, IOException {
        List<TemplateInstruments> all = new ArrayList<>();
        for (String name : templates) {
            boolean file = name.endsWith(".json") || name.contains("/");
            Template template = file
                    ? Templates.readFile(Path.of(name))
                    : Templates.shipped().read(name);
            all.add(TemplateInstruments.of(template));
        }
        var units = new TreeMap<Integer, TemplateInstruments>();
        int count = Math.max(addresses.size(), all.size());
        for (int i = 0; i < count; i++) {
            String address = i < addresses.size() ? addresses.get(i) : "unit:" + (i + 1);
            if (!address.matches(ADDRESS)) {
                throw new IllegalArgumentException("--address is unit:N, as unit:7, not " + address);
            }
            int unit = Integer.parseInt(address.substring("unit:".length()));
            if (units.put(unit, all.get(Math.min(i, all.size() - 1))) != null) {
                throw new IllegalArgumentException(
                        "two instruments have the address " + address + "; the fault \"duplicate\" makes that happen");
            }
        }
        return units;
    }

    private int onLine(SimulatedBus bus, SortedMap<Integer, TemplateInstruments> types)
            throws IOException, InterruptedException {
        CharacterFormat line = CharacterFormat.parse(baud, format);
        Optional<Path> scratch =
                port == null ? Optional.of(Files.createTempDirectory("postern-simulate-")) : Optional.empty();
        Path link = port == null ? scratch.orElseThrow().resolve("line") : port;
        PtyBus.Wiring wiring = PtyBus.Wiring.HALF_DUPLEX;
        try (PtyBus wire =
                CharacterFormat.hasParity(format) ? PtyBus.openWithParity(wiring, link) : PtyBus.open(wiring, link)) {
            wire.attach(bus.station(framing(Framing.RTU), line), line);
            begin(wire.port(0) + " at " + baud + " " + format, types);
            converse(new Desk(bus, Optional.of(new Desk.Wire() {
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

    private int onSocket(SimulatedBus bus, SortedMap<Integer, TemplateInstruments> types)
            throws IOException, InterruptedException {
        String where = Objects.requireNonNull(listen);
        int colon = where.lastIndexOf(':');
        if (colon < 1 || !where.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("--listen is HOST:PORT, as 127.0.0.1:1502, not " + where);
        }
        var address = new InetSocketAddress(where.substring(0, colon), Integer.parseInt(where.substring(colon + 1)));
        try (SocketPort socket = SocketPort.open(bus, framing(Framing.TCP), address)) {
            begin(
                    "tcp://" + socket.address().getHostString() + ":"
                            + socket.address().getPort(),
                    types);
            converse(new Desk(bus, Optional.empty()));
        }
        return 0;
    }

    private Framing framing(Framing usual) {
        return framing == null ? usual : Framing.valueOf(framing.toUpperCase(Locale.ROOT));
    }

    private void begin(String where, SortedMap<Integer, TemplateInstruments> types) {
        types.forEach((unit, type) -> System.out.println("unit " + unit + ": " + type.title()));
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
