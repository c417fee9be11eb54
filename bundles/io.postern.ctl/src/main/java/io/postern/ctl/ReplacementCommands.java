// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl replacements}: gateways whose TPM was exchanged or cleared. */
@Command(
        name = "replacements",
        description = "Gateways whose TPM was exchanged or cleared, and wait to be let in again.")
final class ReplacementCommands {
    private final Ctl ctl;

    ReplacementCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "list", description = "Lists those that wait.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().replacements().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("DEVICE", "TPM WAS", "ASKED", "NEW REGISTRATION", "FORMER REGISTRATION");
        all.forEach(one -> table.row(
                one.getString("deviceId"),
                one.getString("reason"),
                one.getString("askedDateTimeUtc").substring(0, "2026-01-01T00:00:00".length()),
                one.getString("registrationId"),
                one.getString("formerRegistrationId")));
        ctl.output().table(table, "No TPM waits for approval.");
    }

    @Command(
            name = "approve",
            description = {
                "Makes the device the new TPM's: device id, hub, twin and leaves stay.",
                "The former TPM never registers again. Compare the registration id with",
                "what ./postern identity shows on the gateway."
            })
    void approve(@Mixin Asking asking) throws IOException {
        JsonObject done = ctl.cloud().replacements().approve(waiting(asking));
        ctl.output()
                .say(
                        ctl.json(),
                        asking.device() + " is the TPM's that registers as " + done.getString("registrationId")
                                + " now.");
        if (ctl.json()) {
            ctl.output().json(done);
        }
    }

    @Command(name = "reject", description = "Forgets the request; a TPM that is still there asks again.")
    void reject(@Mixin Asking asking) throws IOException {
        JsonObject done = ctl.cloud().replacements().reject(waiting(asking));
        ctl.output().say(ctl.json(), "The TPM " + done.getString("registrationId") + " stays out.");
    }

    /** Which of those that wait. */
    static final class Asking {
        @Parameters(paramLabel = "DEVICE", description = "The device it asks to be.")
        private @Nullable DeviceId device;

        @Option(
                names = "--registration",
                paramLabel = "ID",
                description = "Which TPM, when several ask for the device.")
        private Optional<RegistrationId> registration = Optional.empty();

        DeviceId device() {
            return Objects.requireNonNull(device, "picocli fills in what is not optional");
        }

        boolean isMeant(JsonObject waiting) {
            return waiting.getString("deviceId").equals(device().text())
                    && registration
                            .map(id -> waiting.getString("registrationId").equals(id.text()))
                            .orElse(true);
        }
    }

    private JsonObject waiting(Asking asking) throws IOException {
        List<JsonObject> found = ctl.cloud().replacements().list().stream()
                .filter(asking::isMeant)
                .toList();
        return switch (found.size()) {
            case 1 -> found.getFirst();
            case 0 ->
                throw new IllegalArgumentException("no TPM waits to be the device " + asking.device()
                        + "; see those that wait with: postern ctl replacements list");
            default ->
                throw new IllegalArgumentException(found.size() + " TPMs ask to be the device " + asking.device()
                        + "; name the one you mean with --registration, from: postern ctl replacements list");
        };
    }
}
