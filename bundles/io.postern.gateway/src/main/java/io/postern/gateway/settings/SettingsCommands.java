// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.spi.ControlCommand;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;

/** What can be asked of the changed settings, by a technician here or by the hub. */
final class SettingsCommands {
    private static final String AT_THE_GATEWAY = "technician";

    private SettingsCommands() {}

    static List<ControlCommand> of(SettingsKeeper keeper) {
        return List.of(
                new Command("settings.show", "what was changed, and what is on trial", false, true, _ -> keeper.show()),
                new Command(
                        "settings.change",
                        "changes settings, which then must prove themselves",
                        true,
                        true,
                        json -> keeper.propose(json, AT_THE_GATEWAY + " or method")),
                new Command(
                        "settings.confirm",
                        "what is on trial is good",
                        true,
                        false,
                        _ -> keeper.confirm(AT_THE_GATEWAY)),
                new Command(
                        "settings.withdraw",
                        "what is on trial is taken back",
                        true,
                        true,
                        _ -> keeper.withdraw(AT_THE_GATEWAY + " or method")),
                new Command(
                        "settings.reset",
                        "back to the gateway's own file",
                        true,
                        true,
                        json -> keeper.reset(json.getString("change", "reset"), AT_THE_GATEWAY + " or method")));
    }

    private interface Work {
        JsonObject run(JsonObject arguments) throws IOException;
    }

    private record Command(String name, String summary, boolean changes, boolean remote, Work work)
            implements ControlCommand {
        @Override
        public JsonObject run(JsonObject arguments, Progress progress) throws IOException {
            return work.run(arguments);
        }
    }
}
