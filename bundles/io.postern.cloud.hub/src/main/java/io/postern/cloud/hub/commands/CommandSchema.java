// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import java.util.List;

/** The tables of commands and feedback. Steps are only ever appended; those of the hub come first. */
final class CommandSchema {
    static final String COMPONENT = "hub_commands";
    static final List<String> STEPS = List.of("""
            CREATE TABLE hub_command_number(
              device TEXT PRIMARY KEY REFERENCES hub_device(device) ON DELETE CASCADE, newest INTEGER NOT NULL);
            CREATE TABLE hub_command(
              device TEXT NOT NULL REFERENCES hub_device(device) ON DELETE CASCADE, sequence INTEGER NOT NULL,
              message TEXT NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL, enqueued INTEGER NOT NULL,
              expires INTEGER NOT NULL, acknowledgement TEXT NOT NULL, deliveries INTEGER NOT NULL,
              PRIMARY KEY(device, sequence));
            CREATE INDEX hub_command_expires ON hub_command(expires);
            CREATE TABLE hub_feedback(
              sequence INTEGER PRIMARY KEY, message TEXT NOT NULL, outcome TEXT NOT NULL, device TEXT NOT NULL,
              generation TEXT NOT NULL, recorded INTEGER NOT NULL, batch TEXT);
            CREATE INDEX hub_feedback_batch ON hub_feedback(batch);
            """);

    private CommandSchema() {}
}
