// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The port of a configured line. It is not opened: the gateway may hold it.
 *
 * @param byId where the system lists adapters by their serial numbers
 * @param processes to find out who has the port
 */
record SerialPortCheck(String line, Path port, Path byId, RunningGateways processes) implements Check {
    static final Path BY_ID = Path.of("/dev/serial/by-id");

    @Override
    public String name() {
        return "Serial line " + line;
    }

    @Override
    public Finding examine() {
        if (!Files.exists(port)) {
            return Finding.fault("there is no " + port, "Plug the adapter in" + present());
        }
        if (!Files.isReadable(port) || !Files.isWritable(port)) {
            return Finding.fault(
                    "no permission to read and write " + port,
                    "usermod -aG " + group() + " " + System.getProperty("user.name") + ", then log in again.");
        }
        List<RunningGateways.Holder> holders = processes.holders(port);
        Optional<RunningGateways.Holder> gateway =
                holders.stream().filter(RunningGateways.Holder::gateway).findFirst();
        Optional<RunningGateways.Holder> stranger =
                holders.stream().filter(holder -> !holder.gateway()).findFirst();
        if (stranger.isPresent() && !(gateway.isPresent() && isSimulated())) {
            return Finding.fault(
                    port + " is in use by " + stranger.get().name() + " (process "
                            + stranger.get().number() + ")",
                    "End that program; if it is a service, keep it off: systemctl disable --now NAME"
                            + " (ModemManager and getty are usual).");
        }
        if (isNumbered()) {
            return Finding.warning(
                    port + " is there, but its number may change with the next boot or adapter",
                    "Configure its lasting name: "
                            + lastingName().map(Path::toString).orElse(byId + "/..."));
        }
        return Finding.good(gateway.map(holder -> port + " is in use by the gateway (process " + holder.number() + ")")
                .orElse(port + " is there and may be opened"));
    }

    /** A pseudo terminal's maker has to hold the gateway's end of it, too. */
    private boolean isSimulated() {
        try {
            return port.toRealPath().startsWith("/dev/pts");
        } catch (IOException e) {
            return false; // pulled out in this moment
        }
    }

    /** Whoever may use the port. */
    private String group() {
        try {
            return Files.readAttributes(port, PosixFileAttributes.class).group().getName();
        } catch (IOException | UnsupportedOperationException e) {
            return "dialout"; // on Debian and its kin
        }
    }

    private boolean isNumbered() {
        return port.toString().matches("/dev/tty(USB|ACM)[0-9]+");
    }

    private Optional<Path> lastingName() {
        return adapters().stream().filter(this::leadsHere).findFirst();
    }

    private boolean leadsHere(Path name) {
        try {
            return Files.isSameFile(name, port);
        } catch (IOException e) {
            return false; // pulled out in this moment
        }
    }

    private String present() {
        List<Path> adapters = adapters();
        return adapters.isEmpty()
                ? "; " + byId + " lists no adapter now."
                : ", or configure one of: "
                        + String.join(
                                ", ", adapters.stream().map(Path::toString).toList());
    }

    private List<Path> adapters() {
        if (!Files.isDirectory(byId)) {
            return List.of();
        }
        try (Stream<Path> names = Files.list(byId)) {
            return names.sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
