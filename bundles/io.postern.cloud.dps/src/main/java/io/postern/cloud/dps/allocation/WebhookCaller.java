// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.cloud.hub.elsewhere.OutboundHttps;
import io.postern.wire.ErrorBody;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Asks allocation webhooks. Only hosts that the operator of this process allows are called: whoever may write
 * enrollments may not thereby send requests into its network.
 */
public final class WebhookCaller {
    private static final Duration DEADLINE = Duration.ofSeconds(5); // official clients wait 10 s for an answer
    private static final int LARGEST_ANSWER = 96 * 1024; // spec: limits of the provisioning service, message size

    private final Set<String> allowedHosts;
    private final OutboundHttps https;

    /**
     * @param allowedHosts host names in lower case; empty: no webhook is ever called
     * @param caCertificates PEM; absent: the roots of this Java
     */
    public WebhookCaller(Set<String> allowedHosts, Optional<String> caCertificates) {
        this.allowedHosts = Set.copyOf(allowedHosts);
        this.https = new OutboundHttps(caCertificates, DEADLINE, LARGEST_ANSWER);
    }

    /** Calls none. */
    public static WebhookCaller none() {
        return new WebhookCaller(Set.of(), Optional.empty());
    }

    /**
     * Asks where a device shall go.
     *
     * @param request the documented body: the enrollment, {@code deviceRuntimeContext}, {@code linkedHubs}
     * @param offered the hubs it may choose from
     * @throws IOException when it is not allowed, does not answer, or answers nonsense; saying so
     */
    public WebhookAnswer ask(Webhook webhook, JsonObject request, List<HubName> offered) throws IOException {
        if (!allowedHosts.contains(webhook.host())) {
            throw new IOException("calls to " + webhook.host()
                    + " are not allowed; add it to allocationWebhookHosts of io.postern.cloud.dps");
        }
        OutboundHttps.Answer answer =
                https.call("POST", webhook.url(), Map.of(), Optional.of(request), "the allocation webhook " + webhook);
        if (answer.status() != 200) {
            throw new IOException("the allocation webhook " + webhook + " answered " + answer.status() + ": "
                    + ErrorBody.describe(answer.body()));
        }
        try {
            return WebhookAnswer.parse(answer.json(), offered);
        } catch (IOException e) {
            throw new IOException("the allocation webhook " + webhook + ": " + e.getMessage(), e);
        }
    }

    /** {@code {"individualEnrollment"|"enrollmentGroup":...,"deviceRuntimeContext":...,"linkedHubs":[...]}}. */
    public static JsonObject request(
            String kind, JsonObject enrollment, JsonObject deviceRuntimeContext, List<HubName> offered) {
        var hubs = Json.array();
        offered.forEach(hub -> hubs.add(hub.text()));
        return Json.object()
                .add(kind, enrollment)
                .add("deviceRuntimeContext", deviceRuntimeContext)
                .add("linkedHubs", hubs)
                .build();
    }
}
