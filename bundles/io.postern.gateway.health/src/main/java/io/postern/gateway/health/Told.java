// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.spi.ControlCommand;
import jakarta.json.JsonObject;

/** Something that can be asked for and changes nothing. */
record Told(String name, String summary, boolean remote, Question question) implements ControlCommand {
    @Override
    public boolean changes() {
        return false;
    }

    @Override
    public JsonObject run(JsonObject arguments, Progress progress) throws InterruptedException {
        return question.answer();
    }

    @FunctionalInterface
    interface Question {
        JsonObject answer() throws InterruptedException;
    }
}
