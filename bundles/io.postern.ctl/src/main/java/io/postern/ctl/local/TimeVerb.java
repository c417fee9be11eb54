// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** {@code postern time}. */
@Command(
        name = "time",
        description = "What time it is on the gateway of this machine, how sure that is, and who said it.")
final class TimeVerb implements Callable<Integer> {
    private final Local local;

    TimeVerb(Local local) {
        this.local = local;
    }

    @Override
    public Integer call() throws IOException {
        JsonObject time = local.call("time.show");
        if (local.json()) {
            local.output().out().println(time);
            return ExitCode.OK;
        }
        local.output().line(time.getString("now") + "  " + meaning(time));
        Duration ahead = Duration.ofMillis(time.getJsonNumber("systemIsAheadMs").longValue());
        if (ahead.abs().compareTo(Duration.ofSeconds(2)) > 0) {
            local.output()
                    .line("the operating system's clock is "
                            + (ahead.isNegative() ? "behind by " : "ahead by ")
                            + shown(ahead.abs())
                            + "; the gateway does not go by it");
        }
        return ExitCode.OK;
    }

    private static String meaning(JsonObject time) {
        return switch (time.getString("quality")) {
            case "confirmed" -> "confirmed (" + time.getString("source") + "), last at " + time.getString("confirmed");
            case "estimated" ->
                "estimated (" + time.getString("source") + "); last confirmed "
                        + Json.text(time, "confirmed").orElse("never");
            default -> "unknown: nobody has told it yet; counted on from the date of the build";
        };
    }

    private static String shown(Duration off) {
        return off.toDays() > 0 ? off.toDays() + " days" : off.toSeconds() + " s";
    }
}
