// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.util.List;
import java.util.Optional;

/** The serial ports of this machine. Registered as a service by whoever owns them. */
public interface PortInventory {
    /** All that the kernel shows now, and those that lines name but that are not there, in the order of their names. */
    List<Entry> ports();

    /**
     * One port.
     *
     * @param kernelName such as {@code ttyUSB0}; changes when adapters are plugged in another order. For a port that is
     *     not there, or is reached over the network, as its line's configuration calls it
     * @param byId its name below {@code /dev/serial/by-id}: of the adapter
     * @param byPath its name below {@code /dev/serial/by-path}: of the socket it is plugged into
     * @param usb empty when it is no USB device
     * @param line the line that has it
     * @param allowed whether a line names it; others are never opened
     * @param present whether the kernel shows it now
     */
    record Entry(
            String kernelName,
            Optional<String> byId,
            Optional<String> byPath,
            Optional<Usb> usb,
            Optional<String> line,
            boolean allowed,
            boolean present) {}

    /**
     * What the adapter says of itself.
     *
     * @param vendor four hexadecimal digits
     * @param product four hexadecimal digits
     * @param serial empty for adapters without one; those cannot be told from others of their kind
     */
    record Usb(String vendor, String product, String serial) {}
}
