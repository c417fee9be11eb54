// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.wire.Shown;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** What a hub says when it ends or refuses something (wire protocols 4.6), as the exceptions the gateway knows. */
final class HubRefusal {
    private static final int LONGEST = 300; // of the hub's words in one of our messages

    /** Said of a message, it will be said again however often that is sent. */
    private static final Set<String> FOR_GOOD = Set.of(
            "amqp:link:message-size-exceeded",
            "amqp:decode-error",
            "amqp:invalid-field",
            "com.microsoft:argument-error",
            "com.microsoft:argument-out-of-range");

    /** It is there and has no time, or takes no more now. */
    private static final Set<String> BUSY = Set.of(
            "amqp:resource-limit-exceeded",
            "com.microsoft:device-container-throttled",
            "com.microsoft:server-busy",
            "com.microsoft:quota-exceeded");

    private static final String QUOTA = "com.microsoft:quota-exceeded"; // of messages in a day
    private static final Duration QUOTA_PAUSE = Duration.ofMinutes(5); // a day ends once; seconds would not help
    private static final Duration BUSY_PAUSE = Duration.ofSeconds(10); // quotas count by the second and the minute

    private HubRefusal() {}

    /** @param what was refused or has ended, as the beginning of a sentence */
    static IOException of(String what, @Nullable ErrorCondition error) {
        String condition = condition(error);
        String text = what + ": " + words(error);
        if (BUSY.contains(condition)) {
            Duration usual = condition.equals(QUOTA) ? QUOTA_PAUSE : BUSY_PAUSE;
            return new ThrottledException(
                    text,
                    AmqpRefusal.retryAfter(error == null ? null : error.getInfo())
                            .or(() -> Optional.of(usual)));
        }
        return switch (condition) {
            case "amqp:unauthorized-access", "amqp:not-found", "com.microsoft:iot-hub-not-found-error" ->
                new NotAuthorizedException(
                        text + "; is the device enabled there, its token fresh, and the gateway's clock right?");
            case "amqp:link:redirect", "amqp:connection:redirect" ->
                new IOException(text + "; the hub points elsewhere, so the gateway has to be provisioned anew");
            case "amqp:link:stolen", "com.microsoft:link-creation-conflict" ->
                new IOException(text + "; does something else connect as this device?");
            default -> new IOException(text);
        };
    }

    /**
     * What the answer to a token says, by its status.
     *
     * @param what was refused, as the beginning of a sentence
     * @param later when it wants to be asked again, where it says so
     */
    static IOException ofStatus(int status, String what, Optional<Duration> later) {
        if (status == 429 || status == 503) {
            return new ThrottledException(what, later.or(() -> Optional.of(BUSY_PAUSE)));
        }
        return status >= 400 && status < 500 && status != 408
                ? new NotAuthorizedException(what + "; is the device enabled there, and the gateway's clock right?")
                : new IOException(what);
    }

    /** What one was told, for another whom it concerns as well: in other words, of the same kind. */
    static IOException again(String text, IOException why) {
        return switch (why) {
            case ThrottledException busy -> new ThrottledException(text, busy.retryAfter(), busy);
            case NotAuthorizedException refused -> new NotAuthorizedException(text, refused);
            default -> new IOException(text, why);
        };
    }

    /** Whether a message that is refused so is refused for good. */
    static boolean isForGood(@Nullable ErrorCondition error) {
        return FOR_GOOD.contains(condition(error));
    }

    static boolean isTooLarge(@Nullable ErrorCondition error) {
        return condition(error).equals("amqp:link:message-size-exceeded");
    }

    static String words(@Nullable ErrorCondition error) {
        String condition = condition(error);
        String said = error == null || error.getDescription() == null ? "" : error.getDescription();
        String shown = Shown.of(said.length() > LONGEST ? said.substring(0, LONGEST) : said);
        if (condition.isEmpty()) {
            return shown.isEmpty() ? "it gives no reason" : shown;
        }
        return Shown.of(condition) + (shown.isEmpty() ? "" : ", " + shown);
    }

    private static String condition(@Nullable ErrorCondition error) {
        return error == null || error.getCondition() == null
                ? ""
                : error.getCondition().toString();
    }
}
