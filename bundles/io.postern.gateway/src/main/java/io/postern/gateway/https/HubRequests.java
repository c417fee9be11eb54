// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.wire.DeviceId;
import io.postern.wire.ErrorBody;
import io.postern.wire.HubName;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Requests of one device to its hub, and what the hub's refusals mean (wire protocols 4.5 and 5.7). */
final class HubRequests {
    private static final String API_VERSION = "2021-04-12";
    private static final int QUOTA_EXCEEDED = 403_002;
    private static final int QUEUE_IS_FULL = 403_004;
    private static final Set<String> FULL = Set.of("IotHubQuotaExceeded", "DeviceMaximumQueueDepthExceeded");

    private static final Duration QUOTA_PAUSE = Duration.ofMinutes(5); // of a day's messages; seconds would not help

    private final HttpsExchange https;
    private final String base;
    private final DeviceId device;
    private volatile Credential credential;

    HubRequests(HttpsExchange https, HubName hub, int port, DeviceId device, Credential credential) {
        this.https = https;
        this.base = "https://" + hub + (port == 443 ? "" : ":" + port) + "/devices/" + encoded(device.text())
                + "/messages/";
        this.device = device;
        this.credential = credential;
    }

    void show(Credential fresh) {
        credential = fresh;
    }

    /**
     * @param path below {@code /devices/{id}/messages/}
     * @param query further parameters, each with its {@code &}
     * @param contentType empty for a request without a body
     * @return an answer that is neither a refusal of the device nor a hub that has no time
     */
    HttpsExchange.Answer send(
            String method, String path, String query, Map<String, String> head, String contentType, byte[] body)
            throws IOException {
        URI to = URI.create(base + path + "?api-version=" + API_VERSION + query);
        HttpsExchange.Answer answer = https.send(method, to, Optional.of(credential), head, contentType, body);
        String words = answer.status() + " " + ErrorBody.describe(answer.body());
        int code = ErrorBody.code(answer.body()).orElse(0);
        boolean full = code == QUOTA_EXCEEDED || code == QUEUE_IS_FULL || FULL.contains(ErrorBody.name(answer.body()));
        switch (answer.status()) {
            case 200, 204, 400, 412, 413 -> {
                return answer;
            }
            case 401, 404 -> throw refused(to, words);
            case 403 -> {
                if (!full) {
                    throw refused(to, words);
                }
                throw new ThrottledException(
                        "the hub at " + to.getHost() + " takes no more of " + device + " now: " + words,
                        answer.retryAfter().or(() -> Optional.of(QUOTA_PAUSE)));
            }
            case 429, 503 ->
                throw new ThrottledException(
                        "the hub at " + to.getHost() + " has no time for " + device + " now: " + words,
                        answer.retryAfter());
            default -> throw new IOException("the hub at " + to.getHost() + " answered " + device + ": " + words);
        }
    }

    private NotAuthorizedException refused(URI to, String words) {
        return new NotAuthorizedException("the hub at " + to.getHost() + " does not accept " + device
                + " with what it shows: " + words + "; is the device enabled there, and the gateway's clock right?");
    }

    static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
