// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import io.postern.wire.Json;
import io.postern.wire.SasToken;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl sas}: tokens for programs that speak to the hub without an SDK (HUB-06). */
@Command(
        name = "sas",
        description = "Tokens for programs that speak to the hub without an SDK.",
        footer = {"", "Whoever holds a token is who it names until it expires."})
final class SasCommands {
    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    SasCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "device", description = "Prints a token with which a device may connect.")
    void device(
            @Parameters(paramLabel = "ID", description = "Device id.") DeviceId id,
            @Option(names = "--life", paramLabel = "TIME", defaultValue = "1h", description = "How long it is good.")
                    String life)
            throws IOException {
        print(ctl.cloud(hub).tokens().ofDevice(id, DurationText.parse(life)));
    }

    @Command(name = "service", description = "Prints a token of the connection's policy, for the whole hub.")
    void service(
            @Option(names = "--life", paramLabel = "TIME", defaultValue = "1h", description = "How long it is good.")
                    String life)
            throws IOException {
        print(ctl.cloud(hub).tokens().ofPolicy(DurationText.parse(life)));
    }

    private void print(SasToken token) {
        String text = token.text().revealUtf8();
        if (ctl.json()) {
            ctl.output()
                    .json(Json.object()
                            .add("token", text)
                            .add("expires", token.expiry().toString())
                            .build());
        } else {
            ctl.output().out().println(text);
        }
    }
}
