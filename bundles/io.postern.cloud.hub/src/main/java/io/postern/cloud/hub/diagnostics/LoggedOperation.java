// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.cloud.hub.diagnostics.Operation.AccessListChanged;
import io.postern.cloud.hub.diagnostics.Operation.AuthenticationFailed;
import io.postern.cloud.hub.diagnostics.Operation.CommandSent;
import io.postern.cloud.hub.diagnostics.Operation.CommandsPurged;
import io.postern.cloud.hub.diagnostics.Operation.Connected;
import io.postern.cloud.hub.diagnostics.Operation.CopySeen;
import io.postern.cloud.hub.diagnostics.Operation.Disconnected;
import io.postern.cloud.hub.diagnostics.Operation.Gap;
import io.postern.cloud.hub.diagnostics.Operation.JobRun;
import io.postern.cloud.hub.diagnostics.Operation.MethodInvoked;
import io.postern.cloud.hub.diagnostics.Operation.PolicyChanged;
import io.postern.cloud.hub.diagnostics.Operation.RegistryChanged;
import io.postern.cloud.hub.diagnostics.Operation.Repeated;
import io.postern.cloud.hub.diagnostics.Operation.Throttled;
import io.postern.cloud.hub.diagnostics.Operation.TokenIssued;
import io.postern.cloud.hub.diagnostics.Operation.TokenRefused;
import io.postern.cloud.hub.diagnostics.Operation.TokensRevoked;
import io.postern.cloud.hub.diagnostics.Operation.TwinChanged;
import io.postern.cloud.hub.diagnostics.Operation.UsageAlert;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An operation with when, where and by whom: one line of the log, shaped like the resource logs of the field ({@code
 * time, resourceId, operationName, category, level, properties}).
 */
public record LoggedOperation(Instant time, HubName hub, Actor actor, Operation operation) {
    private static final String INFORMATION = "Information";
    private static final String WARNING = "Warning";

    /** The parts that differ from kind to kind. */
    private record Form(String category, String name, String level, Map<String, Object> properties) {
        static Form of(String category, String name, String level, Object... namesAndValues) {
            Map<String, Object> properties = new LinkedHashMap<>();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                properties.put((String) namesAndValues[i], namesAndValues[i + 1]);
            }
            return new Form(category, name, level, properties);
        }
    }

    /** Its name, for example {@code deviceConnect}. */
    public String name() {
        return form().name();
    }

    public JsonObject toJson() {
        Form form = form();
        JsonObjectBuilder line = Json.object()
                .add("time", time.toString())
                .add("resourceId", "/hubs/" + hub)
                .add("operationName", form.name())
                .add("category", form.category())
                .add("level", form.level())
                .add("identity", Json.object().add("principal", actor.principal()));
        origin().ifPresent(origin ->
                line.add("transport", origin.transport().text()).add("callerIpAddress", origin.remote()));
        actor.correlation().ifPresent(id -> line.add("correlationId", id));
        JsonObjectBuilder properties = Json.object();
        form.properties().forEach((name, value) -> {
            switch (value) {
                case Number number -> properties.add(name, number.longValue());
                default -> properties.add(name, value.toString());
            }
        });
        return line.add("properties", properties).build();
    }

    private Optional<Origin> origin() {
        return switch (operation) {
            case Connected connected -> Optional.of(connected.origin());
            case Disconnected disconnected -> Optional.of(disconnected.origin());
            case Operation.OfStranger stranger -> Optional.of(stranger.origin());
            case Repeated repeated -> Optional.of(repeated.origin());
            default -> Optional.of(actor.origin()).filter(origin -> origin != Origin.WITHIN);
        };
    }

    private Form form() {
        return switch (operation) {
            case Connected(var device, var _, var authentication, var policy) ->
                Form.of(
                        "Connections",
                        "deviceConnect",
                        INFORMATION,
                        "deviceId",
                        device,
                        "authType",
                        authentication,
                        "policy",
                        policy.orElse(""));
            case Disconnected(var device, var _, int code, var reason) ->
                Form.of(
                        "Connections",
                        "deviceDisconnect",
                        INFORMATION,
                        "deviceId",
                        device,
                        "code",
                        code,
                        "reason",
                        reason);
            case AuthenticationFailed(var claimed, var _, var reason, var detail) ->
                Form.of("Connections", "authenticate", WARNING, "claimed", claimed, "reason", reason, "detail", detail);
            case Throttled(var _, var reason, var detail) ->
                Form.of("Connections", "throttle", WARNING, "reason", reason, "detail", detail);
            case RegistryChanged(var device, var change) ->
                Form.of("DeviceIdentityOperations", change.text(), INFORMATION, "deviceId", device);
            case PolicyChanged(var policy, var change) -> Form.of("Policies", change, INFORMATION, "policy", policy);
            case AccessListChanged(var rule, var change) -> Form.of("AccessLists", change, INFORMATION, "rule", rule);
            case TwinChanged(var device, long version) ->
                Form.of("C2DTwinOperations", "update", INFORMATION, "deviceId", device, "version", version);
            case CommandSent(var device, var messageId) ->
                Form.of("C2DCommands", "messageSend", INFORMATION, "deviceId", device, "messageId", messageId);
            case CommandsPurged(var device, int count) ->
                Form.of("C2DCommands", "purge", INFORMATION, "deviceId", device, "count", count);
            case MethodInvoked(var device, var method, var outcome) ->
                Form.of(
                        "DirectMethods",
                        "send",
                        INFORMATION,
                        "deviceId",
                        device,
                        "methodName",
                        method,
                        "outcome",
                        outcome);
            default -> formOfOthers();
        };
    }

    private Form formOfOthers() {
        return switch (operation) {
            case TokenIssued(var leaf, var gateway, var expires) ->
                Form.of("Tokens", "issue", INFORMATION, "deviceId", leaf, "gateway", gateway, "expires", expires);
            case TokenRefused(var leaf, var _, var reason, var detail) ->
                Form.of("Tokens", "refuse", WARNING, "deviceId", leaf, "reason", reason, "detail", detail);
            case CopySeen(var gateway, var _, var reason, var detail) ->
                Form.of("Tokens", "copySeen", WARNING, "deviceId", gateway, "reason", reason, "detail", detail);
            case TokensRevoked(var leaf, var reason) ->
                Form.of("Tokens", "revoke", INFORMATION, "deviceId", leaf, "reason", reason);
            case JobRun(var job, var type, var status) ->
                Form.of("JobsOperations", type, INFORMATION, "jobId", job, "status", status);
            case UsageAlert(var meter, long today, var reason) ->
                Form.of("Usage", "alert", WARNING, "meter", meter, "today", today, "reason", reason);
            case Repeated(var repeated, var _, var reason, long times) ->
                Form.of("Connections", "repeated", WARNING, "operation", repeated, "reason", reason, "times", times);
            case Gap(long entries) -> Form.of("Log", "gap", WARNING, "entries", entries);
            default -> throw new IllegalStateException("handled by the caller: " + operation);
        };
    }
}
