// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.PortInventory.Usb;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The serial ports as the kernel ({@code /sys/class/tty}) and udev ({@code /dev/serial}) show them. Read anew each time:
 * what is plugged in changes.
 */
final class PortTree {
    static final PortTree SYSTEM = new PortTree(Path.of("/dev"), Path.of("/sys"));

    private static final int MOST_PORTS = 256; // minors of the USB serial drivers
    private static final int MOST_TEXT = 256; // characters of a USB string descriptor: at most 126

    /** A port that is there. */
    record Found(String kernelName, Path device, Optional<String> byId, Optional<String> byPath, Optional<Usb> usb) {}

    private final Path dev;
    private final Path sys;

    PortTree(Path dev, Path sys) {
        this.dev = dev;
        this.sys = sys;
    }

    /**
     * The device that {@code address} leads to now.
     *
     * @throws IOException when it leads nowhere; the message says what to look at
     */
    Path locate(PortAddress address) throws IOException {
        return switch (address) {
            case PortAddress.Device(Path path) -> existing(path, address);
            case PortAddress.ById(String name) ->
                existing(dev.resolve("serial/by-id").resolve(name), address);
            case PortAddress.ByPath(String name) ->
                existing(dev.resolve("serial/by-path").resolve(name), address);
            case PortAddress.Usb(String serial) -> bySerial(serial);
            case PortAddress.Socket _ -> throw new IllegalArgumentException(address + " is no device");
        };
    }

    private static Path existing(Path path, PortAddress address) throws IOException {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new IOException(
                    "there is no " + address + ": is the adapter plugged in, does ls -l /dev/serial/by-id show it?", e);
        }
    }

    private Path bySerial(String serial) throws IOException {
        List<Found> with = found().stream()
                .filter(port ->
                        port.usb().filter(usb -> usb.serial().equals(serial)).isPresent())
                .toList();
        if (with.isEmpty()) {
            throw new IOException("there is no USB serial adapter with the serial number " + serial
                    + ": is it plugged in, does ls -l /dev/serial/by-id show it?");
        }
        if (with.size() > 1) {
            throw new IOException(with.size() + " ports have the serial number " + serial
                    + ", an adapter of several ports or a copied one: name the port by id: or path:");
        }
        return existing(with.getFirst().device(), new PortAddress.Usb(serial));
    }

    /** All ports with hardware behind them, in the order of their names. */
    List<Found> found() throws IOException {
        Map<Path, String> byId = links("serial/by-id");
        Map<Path, String> byPath = links("serial/by-path");
        List<Found> found = new ArrayList<>();
        for (Path entry : list(sys.resolve("class/tty"))) {
            if (!isHardware(entry)) {
                continue;
            }
            String name = entry.getFileName().toString();
            Path device = dev.resolve(name);
            Path real = Files.exists(device) ? device.toRealPath() : device;
            found.add(new Found(
                    name,
                    device,
                    Optional.ofNullable(byId.get(real)),
                    Optional.ofNullable(byPath.get(real)),
                    usb(entry)));
        }
        return found;
    }

    /** A terminal with a device behind it; the kernel also shows UARTs that are not there, of type 0. */
    private static boolean isHardware(Path entry) {
        return Files.exists(entry.resolve("device"))
                && !text(entry.resolve("type")).filter("0"::equals).isPresent();
    }

    /** The USB device is some directories above the terminal. */
    private Optional<Usb> usb(Path entry) throws IOException {
        Path root = sys.toRealPath();
        for (Path at = entry.toRealPath(); at != null && at.startsWith(root); at = at.getParent()) {
            Optional<String> vendor = text(at.resolve("idVendor"));
            if (vendor.isPresent()) {
                return Optional.of(new Usb(
                        vendor.get(),
                        text(at.resolve("idProduct")).orElse(""),
                        text(at.resolve("serial")).orElse("")));
            }
        }
        return Optional.empty();
    }

    private Map<Path, String> links(String directory) throws IOException {
        Map<Path, String> names = new HashMap<>();
        for (Path link : list(dev.resolve(directory))) {
            if (Files.exists(link)) {
                names.put(link.toRealPath(), link.getFileName().toString());
            }
        }
        return names;
    }

    private static List<Path> list(Path directory) throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (all.size() < MOST_PORTS * 2) { // virtual consoles and the like are listed, too
                    all.add(entry);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of(); // without adapters there is no such directory
        }
        all.sort(null);
        return all;
    }

    /** The first line of a small file of the kernel's. */
    private static Optional<String> text(Path file) {
        try {
            String text = Files.readString(file).strip();
            return Optional.of(text.substring(0, Math.min(text.length(), MOST_TEXT)));
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }
}
