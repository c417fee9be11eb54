// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether a Debian package that lab and tests use is there.
 *
 * @param traces files of which any one shows it
 */
record PackageCheck(String name, String purpose, List<Path> traces) implements Check {

    static List<Check> ofLab() {
        return List.of(
                new PackageCheck("swtpm", "the software TPM of lab and tests", List.of(Path.of("/usr/bin/swtpm"))),
                new PackageCheck("socat", "pseudo-terminals of the tests", List.of(Path.of("/usr/bin/socat"))),
                new PackageCheck(
                        "python3-pymodbus",
                        "the simulated meters of lab and tests",
                        List.of(
                                Path.of("/usr/lib/python3/dist-packages/pymodbus"),
                                Path.of("/usr/share/doc/python3-pymodbus"))),
                new PackageCheck(
                        "python3-serial-asyncio",
                        "the serial lines of these meters",
                        List.of(
                                Path.of("/usr/lib/python3/dist-packages/serial_asyncio"),
                                Path.of("/usr/share/doc/python3-serial-asyncio"))));
    }

    @Override
    public Finding examine() {
        return traces.stream().anyMatch(Files::exists)
                ? Finding.good("installed: " + purpose)
                : Finding.warning(
                        "not installed: " + purpose,
                        "apt-get install -y --no-install-recommends " + name + " (./postern lab does it when root)");
    }
}
