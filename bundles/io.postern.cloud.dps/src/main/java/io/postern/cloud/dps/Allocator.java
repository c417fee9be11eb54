// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.Allocation;
import io.postern.cloud.dps.allocation.Choice;
import io.postern.cloud.dps.allocation.MeasuredLatency;
import io.postern.cloud.dps.allocation.Webhook;
import io.postern.cloud.dps.allocation.WebhookAnswer;
import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.wire.HubName;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Decides where a device shall be: where it is, when its enrollment never moves it, else where the policy says. */
final class Allocator {
    static final int NO_HUB = 400_208; // what official clients know as "no hub to assign"
    private static final int WEBHOOK_FAILED = 400_207;

    private final HubLinks links;
    private final AllocationSettings settings;
    private final WebhookCaller webhooks;
    private final AllocationRequests requests;

    Allocator(HubLinks links, AllocationSettings settings, WebhookCaller webhooks, AllocationRequests requests) {
        this.links = links;
        this.settings = settings;
        this.webhooks = webhooks;
        this.requests = requests;
    }

    /** @param before where it was assigned last */
    Destination destination(EnrolledDevice enrolled, Optional<RegistrationRecord> before, RegistrationAttempt attempt) {
        if (before.isPresent() && !enrolled.reprovisionPolicy().updateHubAssignment()) {
            return staying(enrolled, before.get());
        }
        Choice choice = Allocation.choose(
                enrolled.registrationId(),
                enrolled.allocation(),
                links.candidates(),
                settings.policy(),
                MeasuredLatency.of(attempt.request().payload()),
                before.map(RegistrationRecord::assignedHub));
        return switch (choice) {
            case Choice.Chosen(HubName hub) ->
                new Destination.To(new HubPlace(hub, enrolled.deviceId()), Optional.empty(), Optional.empty());
            case Choice.Ask(Webhook webhook, List<HubName> hubs) -> asked(enrolled, before, attempt, webhook, hubs);
            case Choice.None(String reason) -> new Destination.Nowhere(NO_HUB, enrolled.enrollment() + ": " + reason);
        };
    }

    private Destination staying(EnrolledDevice enrolled, RegistrationRecord before) {
        return links.isLinked(before.assignedHub())
                ? new Destination.To(
                        HubPlace.of(before), Optional.empty(), before.assigned().payload())
                : new Destination.Nowhere(
                        NO_HUB,
                        enrolled.enrollment() + " never moves the device, and its hub " + before.assignedHub()
                                + " is no longer linked; link it again or change the reprovisionPolicy");
    }

    private Destination asked(
            EnrolledDevice enrolled,
            Optional<RegistrationRecord> before,
            RegistrationAttempt attempt,
            Webhook webhook,
            List<HubName> hubs) {
        try {
            WebhookAnswer answer = webhooks.ask(webhook, requests.request(enrolled, before, attempt, hubs), hubs);
            return new Destination.To(
                    new HubPlace(answer.hub(), enrolled.deviceId()),
                    answer.initialTwin().map(Allocator::twin),
                    answer.payload());
        } catch (IOException | IllegalArgumentException e) {
            return new Destination.Nowhere(WEBHOOK_FAILED, enrolled.enrollment() + ": " + e.getMessage());
        }
    }

    private static TwinState twin(JsonObject initialTwin) {
        InitialTwin twin = InitialTwin.parse(initialTwin);
        return TwinState.first(twin.tags(), twin.desired());
    }
}
