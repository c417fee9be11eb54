// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.PortInventory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Gives ports to lines. A port that no line names is never opened, and none is given to two. What becomes of ports goes
 * to the logger {@code audit}: opened, closed, unplugged, replugged, refused.
 */
final class PortDesk implements PortInventory {
    private static final Logger AUDIT = LoggerFactory.getLogger("audit");
    private static final int MOST_LINES = 64; // ports of the largest serial cards

    /** A line and the port it names. */
    private static final class Place {
        private final PortAddress address;
        private Optional<Path> device = Optional.empty(); // while it is open
        private Optional<Path> before = Optional.empty(); // where it was when it was unplugged
        private String refusal = ""; // told already

        private Place(PortAddress address) {
            this.address = address;
        }
    }

    private final PortTree tree;
    private final Map<String, Place> places = new LinkedHashMap<>(); // by line; guarded by this

    PortDesk(PortTree tree) {
        this.tree = tree;
    }

    /** Lets {@code line} have the port that {@code address} names, until {@link #leave}. */
    synchronized void name(String line, PortAddress address) {
        if (places.size() >= MOST_LINES) {
            throw new IllegalStateException("a gateway has at most " + MOST_LINES + " lines");
        }
        Optional<String> other = places.entrySet().stream()
                .filter(each -> each.getValue().address.equals(address))
                .map(Map.Entry::getKey)
                .findFirst();
        if (places.containsKey(line) || other.isPresent()) {
            audit(Level.WARN, line, address)
                    .addKeyValue("why", "line " + other.orElse(line) + " is there already")
                    .log("port refused");
            throw new IllegalArgumentException(
                    places.containsKey(line)
                            ? "name: there is a line " + line + " already"
                            : "port: line " + other.orElseThrow() + " has " + address + " already");
        }
        places.put(line, new Place(address));
    }

    synchronized void leave(String line) {
        places.remove(line);
    }

    /** Opens the port of {@code line}, which is named. */
    Port open(String line, SerialSettings settings) throws IOException {
        PortAddress address = settings.port();
        if (!addressOf(line).equals(address)) {
            throw new IllegalStateException("line " + line + " names " + addressOf(line) + ", not " + address);
        }
        if (address instanceof PortAddress.Socket socket) {
            Port port = SocketPort.open(socket);
            opened(line, Path.of("tcp"));
            return new HeldPort(port, () -> true, gone -> closed(line, gone));
        }
        Path device = tree.locate(address);
        try {
            reserve(line, device);
            Port port = JSerialPort.open(device, settings);
            opened(line, device);
            return new HeldPort(
                    port, () -> Files.exists(device) && leadsTo(address, device), gone -> closed(line, gone));
        } catch (IOException e) {
            refused(line, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private synchronized void reserve(String line, Path device) throws IOException {
        for (Map.Entry<String, Place> other : places.entrySet()) {
            if (!other.getKey().equals(line)
                    && other.getValue().device.filter(device::equals).isPresent()) {
                throw new IOException(device + " is the port of line " + other.getKey()
                        + " already: two lines lead to it by different names, take one away");
            }
        }
    }

    private synchronized void opened(String line, Path device) {
        Place place = placeOf(line);
        place.device = Optional.of(device);
        place.refusal = "";
        var entry = audit(Level.INFO, line, place.address).addKeyValue("device", device);
        if (place.before.isPresent()) {
            entry = entry.addKeyValue("before", place.before.get());
        }
        entry.log(place.before.isPresent() ? "port replugged" : "port opened");
        place.before = Optional.empty();
    }

    private synchronized void closed(String line, boolean gone) {
        Place place = placeOf(line);
        audit(gone ? Level.WARN : Level.INFO, line, place.address)
                .addKeyValue("device", place.device.map(Path::toString).orElse(""))
                .log(gone ? "port unplugged" : "port closed");
        place.before = gone ? place.device : Optional.empty();
        place.device = Optional.empty();
    }

    private synchronized void refused(String line, String why) {
        Place place = placeOf(line);
        if (!place.refusal.equals(why)) { // it is tried twice a second
            place.refusal = why;
            audit(Level.WARN, line, place.address).addKeyValue("why", why).log("port refused");
        }
    }

    private synchronized PortAddress addressOf(String line) {
        return placeOf(line).address;
    }

    private Place placeOf(String line) {
        return Optional.ofNullable(places.get(line))
                .orElseThrow(() -> new IllegalStateException("line " + line + " names no port"));
    }

    private static LoggingEventBuilder audit(Level level, String line, PortAddress address) {
        return AUDIT.atLevel(level).addKeyValue("line", line).addKeyValue("port", address);
    }

    @Override
    public List<Entry> ports() {
        Map<String, Place> named;
        synchronized (this) {
            named = new LinkedHashMap<>(places);
        }
        List<Entry> ports = new ArrayList<>();
        for (PortTree.Found found : found()) {
            Optional<String> line = lineOf(found.device(), named);
            line.ifPresent(named::remove);
            ports.add(new Entry(
                    found.kernelName(), found.byId(), found.byPath(), found.usb(), line, line.isPresent(), true));
        }
        named.forEach((line, place) -> ports.add(new Entry(
                place.address.toString(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(line),
                true,
                place.device.isPresent())));
        return ports;
    }

    private List<PortTree.Found> found() {
        try {
            return tree.found();
        } catch (IOException e) {
            return List.of(); // it changed while it was read; whoever asks again sees it as it is then
        }
    }

    private Optional<String> lineOf(Path device, Map<String, Place> named) {
        return named.entrySet().stream()
                .filter(each -> leadsTo(each.getValue().address, device))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private boolean leadsTo(PortAddress address, Path device) {
        if (address instanceof PortAddress.Socket) {
            return false;
        }
        try {
            return tree.locate(address).equals(device.toRealPath());
        } catch (IOException notThere) {
            return false;
        }
    }
}
