// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl methods}: questions that a connected device answers at once. */
@Command(name = "methods", description = "Questions that a connected device answers at once.")
final class MethodCommands {
    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    MethodCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "call", description = "Asks a device and prints its answer.")
    void call(
            @Parameters(index = "0", paramLabel = "ID", description = "Device id.") DeviceId id,
            @Parameters(index = "1", paramLabel = "NAME", description = "The method.") String name,
            @Option(names = "--payload", paramLabel = "JSON", description = "What goes with it.")
                    Optional<String> payload,
            @Option(
                            names = "--timeout",
                            paramLabel = "TIME",
                            defaultValue = "30s",
                            description = "How long the device may take, 5s to 300s.")
                    String timeout,
            @Option(
                            names = "--connect-timeout",
                            paramLabel = "TIME",
                            defaultValue = "0s",
                            description = "How long to wait for a device that is not connected, up to 300s.")
                    String connectTimeout)
            throws IOException {
        var call = new DeviceTalk.Call(
                name,
                payload.map(text -> JsonOption.value("--payload", text)),
                DurationText.parse(connectTimeout),
                DurationText.parse(timeout));
        ctl.output().json(ctl.cloud(hub).talk().call(id, call)); // an answer is JSON to people too
    }
}
