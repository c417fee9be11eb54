// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.ResultLog;

/**
 * What a check saw.
 *
 * @param text the fact
 * @param remedy what to do about it; empty when nothing needs doing
 */
record Finding(Result.Status status, String text, String remedy) {
    static final String GOOD = "good";
    private static final String REMEDY = "remedy: ";

    static Finding good(String text) {
        return new Finding(Result.Status.OK, text, "");
    }

    /** It works, but not as it should. */
    static Finding warning(String text, String remedy) {
        return new Finding(Result.Status.WARN, text, remedy);
    }

    /** It does not do its work. */
    static Finding fault(String text, String remedy) {
        return new Finding(Result.Status.CRITICAL, text, remedy);
    }

    /** It is on its way, by itself. */
    static Finding soon(String text, String remedy) {
        return new Finding(Result.Status.TEMPORARILY_UNAVAILABLE, text, remedy);
    }

    /** The remedy is an entry of its own, as a hint that changes no status. */
    Result toResult() {
        var log = new ResultLog();
        log.add(new ResultLog.Entry(status, text));
        if (!remedy.isEmpty()) {
            log.add(new ResultLog.Entry(Result.Status.OK, REMEDY + remedy));
        }
        return new Result(log);
    }

    /** What another's check said, too. */
    static Finding of(Result result) {
        var text = new StringBuilder();
        var remedy = new StringBuilder();
        for (ResultLog.Entry entry : result) {
            boolean hint = entry.getMessage().startsWith(REMEDY);
            StringBuilder to = hint ? remedy : text;
            to.append(to.isEmpty() ? "" : "; ")
                    .append(hint ? entry.getMessage().substring(REMEDY.length()) : entry.getMessage());
        }
        return new Finding(result.getStatus(), text.toString(), remedy.toString());
    }

    /** {@code good}, {@code warning} or {@code fault}. */
    String level() {
        return switch (status) {
            case OK -> GOOD;
            case WARN, TEMPORARILY_UNAVAILABLE -> "warning";
            case CRITICAL, HEALTH_CHECK_ERROR -> "fault";
        };
    }

    JsonObject toJson(String name) {
        return Json.object()
                .add("name", name)
                .add("level", level())
                .add("text", text)
                .add("remedy", remedy)
                .build();
    }
}
