// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.dps;

import io.postern.wire.Shown;
import io.postern.wire.hub.PropertyBag;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The MQTT topics between a device and the provisioning service, read and written in one place; what a request means,
 * and what its answer holds, is as over HTTPS.
 *
 * <p>{@link #parse} reads what a device may publish to; the {@code static} text builders at the end write what either
 * side publishes or subscribes to.
 */
public sealed interface DpsTopic {

    /** {@code $dps/registrations/PUT/iotdps-register/?$rid={rid}}: the device registers. */
    record Register(String requestId) implements DpsTopic {}

    /**
     * {@code $dps/registrations/GET/iotdps-get-operationstatus/?$rid={rid}&operationId={op}}: the device asks how its
     * registration ended.
     *
     * @param operationId empty when the device names none
     */
    record Status(String requestId, String operationId) implements DpsTopic {}

    /** What a device subscribes to for all answers. */
    String REPLIES = "$dps/registrations/res/#";

    /** Reads a topic a device published to; a request's number is kept as it is written.
     *
     * @throws IllegalArgumentException when there is nothing at the topic, or no answer could name the request
     */
    static DpsTopic parse(String topic) {
        if (topic.startsWith(Form.REGISTER)) {
            return new Register(Form.requestId(topic));
        }
        if (topic.startsWith(Form.STATUS)) {
            return new Status(
                    Form.requestId(topic), Form.query(topic).get("operationId").orElse(""));
        }
        throw Form.unknown(topic);
    }

    String requestId();

    static String registerTopic(String requestId) {
        return Form.REGISTER + "$rid=" + requestId;
    }

    static String statusTopic(String requestId, String operationId) {
        return Form.STATUS + "$rid=" + requestId + "&operationId=" + operationId;
    }

    /** One official client takes for the waiting time whatever stands behind the last ampersand. */
    static String replyTopic(int status, String requestId, OptionalInt retryAfterSeconds) {
        String suffix = retryAfterSeconds.isPresent() ? "&retry-after=" + retryAfterSeconds.getAsInt() : "";
        return Form.REPLY + status + "/?$rid=" + requestId + suffix;
    }

    /**
     * Reads {@code $dps/registrations/res/{status}/?$rid=...}; empty when the topic is another.
     *
     * @throws IllegalArgumentException when it is of this kind but malformed
     */
    static Optional<Reply> reply(String topic) {
        if (!topic.startsWith(Form.REPLY)) {
            return Optional.empty();
        }
        int end = topic.indexOf('/', Form.REPLY.length());
        OptionalInt status = end < 0 ? OptionalInt.empty() : Form.number(topic.substring(Form.REPLY.length(), end));
        if (status.isEmpty()) {
            throw Form.unknown(topic);
        }
        OptionalInt retryAfter =
                Form.query(topic).get("retry-after").map(Form::number).orElse(OptionalInt.empty());
        return Optional.of(new Reply(status.getAsInt(), Form.requestId(topic), retryAfter));
    }

    /**
     * The service's answer.
     *
     * @param retryAfterSeconds how long to wait before asking on
     */
    record Reply(int status, String requestId, OptionalInt retryAfterSeconds) {}

    /** How the topics are written. */
    final class Form {
        private static final String REGISTER = "$dps/registrations/PUT/iotdps-register/?";
        private static final String STATUS = "$dps/registrations/GET/iotdps-get-operationstatus/?";
        private static final String REPLY = "$dps/registrations/res/";
        // the official clients count, or take a GUID; what is no plain word could not stand in the answer's topic
        private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

        private Form() {}

        private static PropertyBag query(String topic) {
            int mark = topic.indexOf('?');
            if (mark < 0) {
                throw unknown(topic);
            }
            return PropertyBag.decode(topic.substring(mark + 1));
        }

        private static String requestId(String topic) {
            return query(topic)
                    .get("$rid")
                    .filter(rid -> REQUEST_ID.matcher(rid).matches())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "a request needs $rid= with 1 to 128 letters, digits or -._~, unlike \"" + Shown.of(topic)
                                    + "\""));
        }

        private static OptionalInt number(String text) {
            return text.matches("[0-9]{1,6}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
        }

        private static IllegalArgumentException unknown(String topic) {
            return new IllegalArgumentException("no topic of the provisioning service: \"" + Shown.of(topic) + "\"");
        }
    }
}
