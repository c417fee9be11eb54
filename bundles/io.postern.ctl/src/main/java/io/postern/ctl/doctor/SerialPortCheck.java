// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The port of a configured line. It is not opened: the gateway may hold it.
 *
 * @param byId where the system lists adapters by their serial numbers
 */
record SerialPortCheck(String line, Path port, Path byId) implements Check {
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
                    "usermod -aG dialout " + System.getProperty("user.name") + ", then log in again.");
        }
        if (isNumbered()) {
            return Finding.warning(
                    port + " is there, but its number may change with the next boot or adapter",
                    "Configure its lasting name: "
                            + lastingName().map(Path::toString).orElse(byId + "/..."));
        }
        return Finding.good(port + " is there and may be opened");
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
