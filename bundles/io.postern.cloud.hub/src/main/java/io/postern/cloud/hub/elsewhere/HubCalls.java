// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.elsewhere;

import io.postern.cloud.hub.elsewhere.OutboundHttps.Answer;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.ErrorBody;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The service endpoint of a hub (spec: REST 2021-04-12), each call with a fresh token of the given policy. */
public final class HubCalls {
    private static final int ALREADY_EXISTS = 409_001;
    private static final String VERSION = "?api-version=2021-04-12";
    private static final Duration DEADLINE = Duration.ofSeconds(10); // three SYN retries (RFC 6298) take 7 s
    private static final int LARGEST_ANSWER = 256 * 1024; // tags, desired and reported: 72 KB and as much metadata

    /** What became of a change. */
    public sealed interface Change {}

    public record Done() implements Change {}

    /**
     * @param errorCode 0 when the hub told none
     * @param text the hub's words
     */
    public record Refused(int status, int errorCode, String text) implements Change {
        /** The hosted hub tells the code by its name alone. */
        public boolean saysAlreadyExists() {
            return status == 409
                    && (errorCode == ALREADY_EXISTS || errorCode == 0 && text.contains("DeviceAlreadyExists"));
        }
    }

    /**
     * What the messages of failures say.
     *
     * @param hub what the hub is to the caller, for example "the linked hub"
     * @param denied what to do when it does not let the policy in
     * @param busy what to do when it takes no more calls for now
     */
    public record Wording(String hub, String denied, String busy) {}

    private final ConnectionString policy;
    private final int port;
    private final Wording wording;
    private final OutboundHttps https;
    private final InstantSource clock;

    /** Connects nowhere yet. */
    public HubCalls(HubAccess access, Wording wording, InstantSource clock) {
        this.wording = wording;
        this.policy = access.policy();
        this.port = access.port();
        this.https = new OutboundHttps(access.caCertificates(), DEADLINE, LARGEST_ANSWER);
        this.clock = clock;
    }

    /** Empty when the hub has no such device. */
    public Optional<JsonObject> get(String path, DeviceId device) throws IOException {
        Answer answer = call("GET", path, device, Map.of(), Optional.empty());
        if (answer.status() == 404) {
            return Optional.empty();
        }
        if (answer.status() != 200) {
            throw unexpected(answer);
        }
        return Optional.of(answer.json());
    }

    public Change put(String path, DeviceId device, JsonObject body, Map<String, String> headers) throws IOException {
        Answer answer = call("PUT", path, device, headers, Optional.of(body));
        return switch (answer.status()) {
            case 200, 201, 204 -> new Done();
            case 400, 403, 404, 409, 412 ->
                new Refused(
                        answer.status(), ErrorBody.code(answer.body()).orElse(0), ErrorBody.describe(answer.body()));
            default -> throw unexpected(answer);
        };
    }

    /** Nothing happens when there is no such device. */
    public void delete(String path, DeviceId device, Map<String, String> headers) throws IOException {
        Map<String, String> any = new HashMap<>(headers);
        any.put("If-Match", "\"*\"");
        Answer answer = call("DELETE", path, device, any, Optional.empty());
        if (answer.status() != 204 && answer.status() != 200 && answer.status() != 404) {
            throw unexpected(answer);
        }
    }

    private Answer call(
            String method, String path, DeviceId device, Map<String, String> headers, Optional<JsonObject> body)
            throws IOException {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Authorization", policy.token(clock.instant()).text().revealUtf8());
        String segment =
                URLEncoder.encode(device.text(), StandardCharsets.UTF_8).replace("+", "%20");
        URI uri = URI.create("https://" + policy.host() + ":" + port + path + segment + VERSION);
        return https.call(method, uri, all, body, wording.hub() + " " + policy.host() + ":" + port);
    }

    private IOException unexpected(Answer answer) {
        String said = wording.hub() + " " + policy.host() + " answered " + answer.status() + ": "
                + ErrorBody.describe(answer.body());
        return new IOException(
                switch (answer.status()) {
                    case 401, 403 ->
                        said + "; " + wording.denied() + " (this one is " + policy.keyName()
                                + "), and compare the clocks";
                    case 429 -> said + "; it takes no more calls for now, " + wording.busy();
                    default -> said + "; look into its log";
                });
    }
}
