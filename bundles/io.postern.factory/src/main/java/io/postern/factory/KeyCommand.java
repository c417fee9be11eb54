// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern factory derive-keys}: keys for the devices of a group (CEN-08, CEN-21). */
@Command(
        name = "derive-keys",
        description = {
            "Derives the keys of devices from the key of their group.",
            "A folder of a device holds device.key and device.json."
        })
final class KeyCommand implements Callable<Integer> {
    private static final int SHORTEST =
            16; // spec: symmetric keys of an enrollment are 16 to 64 octets (DPS service API)
    private static final int LONGEST = 64;

    private final Output output;
    private final Inputs inputs;

    @Mixin
    private BatchOptions options = new BatchOptions();

    @Option(
            names = "--group-key-file",
            paramLabel = "FILE",
            required = true,
            description = "The group's key in base64, on its first line; - is standard input.")
    private Path groupKeyFile = Path.of("-");

    KeyCommand(Output output, Inputs inputs) {
        this.output = output;
        this.inputs = inputs;
    }

    @Override
    public Integer call() throws IOException {
        try (Secret groupKey = Secret.base64(inputs.line(groupKeyFile, "the group's key"))) {
            if (groupKey.length() < SHORTEST || groupKey.length() > LONGEST) {
                throw new IllegalArgumentException("a group's key has " + SHORTEST + " to " + LONGEST
                        + " bytes, the one in " + groupKeyFile + " has " + groupKey.length());
            }
            IdList ids = options.ids(inputs, UnaryOperator.identity());
            try (DeviceFolders folders = options.folders()) {
                return new Batch(folders, new DerivedKeys(groupKey, folders, options), output).run(ids);
            }
        }
    }
}
