// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.spi.ControlCommand;
import jakarta.json.JsonObject;
import java.io.IOException;

/** A command that is one piece of work without steps. */
record SimpleCommand(String name, String summary, boolean changes, boolean remote, Work work)
        implements ControlCommand {
    @Override
    public JsonObject run(JsonObject arguments, Progress progress) throws IOException, InterruptedException {
        return work.run(arguments);
    }

    @FunctionalInterface
    interface Work {
        JsonObject run(JsonObject arguments) throws IOException, InterruptedException;
    }
}
