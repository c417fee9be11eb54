// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.wire.Shown;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a configuration says where a line is. All but the first survive that the kernel counts its ports anew. */
public sealed interface PortAddress {
    /** A device, or a link to one, by its absolute path. */
    record Device(Path path) implements PortAddress {
        public Device {
            if (!path.isAbsolute()) {
                throw new IllegalArgumentException("port: an absolute path such as /dev/ttyUSB0, usb:SERIAL, id:NAME, "
                        + "path:NAME or tcp://HOST:PORT, not \"" + Shown.of(path.toString()) + "\"");
            }
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** The USB adapter with this serial number. */
    record Usb(String serial) implements PortAddress {
        @Override
        public String toString() {
            return "usb:" + serial;
        }
    }

    /** A name below {@code /dev/serial/by-id}: this adapter, wherever it is plugged in. */
    record ById(String name) implements PortAddress {
        @Override
        public String toString() {
            return "id:" + name;
        }
    }

    /** A name below {@code /dev/serial/by-path}: whatever is plugged in there. */
    record ByPath(String name) implements PortAddress {
        @Override
        public String toString() {
            return "path:" + name;
        }
    }

    /** A terminal server, or an instrument with a network of its own. */
    record Socket(String host, int port) implements PortAddress {
        @Override
        public String toString() {
            return "tcp://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /** What an adapter adds to each answer: USB goes in frames of a millisecond, a port of the board has no such thing. */
    default Duration latency() {
        boolean usb =
                switch (this) {
                    case Usb _, ById _ -> true;
                    case ByPath(String name) -> name.contains("usb");
                    case Device(Path path) ->
                        path.toString().startsWith("/dev/ttyUSB")
                                || path.toString().startsWith("/dev/ttyACM");
                    case Socket _ -> false; // has a timing of its own
                };
        return usb ? Duration.ofMillis(1) : Duration.ZERO;
    }

    /** @throws IllegalArgumentException when it is none of the forms above */
    static PortAddress parse(String text) {
        if (text.startsWith("usb:")) {
            return new Usb(Forms.name(text.substring(4)));
        }
        if (text.startsWith("id:")) {
            return new ById(Forms.name(text.substring(3)));
        }
        if (text.startsWith("path:")) {
            return new ByPath(Forms.name(text.substring(5)));
        }
        if (text.startsWith("tcp:")) {
            return Forms.socket(text);
        }
        return new Device(Path.of(text));
    }

    /** What the parts look like. */
    final class Forms {
        // udev leaves letters, digits and #+-.:=@_/ in names; a slash would lead out of the directory
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9#+.:=@_-]{1,255}");
        private static final Pattern SOCKET =
                Pattern.compile("tcp://(\\[[0-9A-Fa-f:.%]{2,64}]|[A-Za-z0-9.-]{1,253}):([0-9]{1,5})");

        private Forms() {}

        private static String name(String text) {
            if (!NAME.matcher(text).matches() || text.equals(".") || text.equals("..")) {
                throw new IllegalArgumentException(
                        "a name of letters, digits and #+.:=@_- is needed, not \"" + Shown.of(text) + "\"");
            }
            return text;
        }

        private static Socket socket(String text) {
            Matcher parts = SOCKET.matcher(text);
            int port = parts.matches() ? Integer.parseInt(parts.group(2)) : 0;
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a socket is tcp://HOST:PORT, not \"" + Shown.of(text) + "\"");
            }
            return new Socket(parts.group(1).replaceAll("[\\[\\]]", ""), port);
        }
    }
}
