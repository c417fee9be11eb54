// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.https.SiteProxy;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.provisioning.HubLatencies;
import io.postern.gateway.provisioning.RegistrationPayload;
import io.postern.gateway.uplink.Admission;
import io.postern.gateway.uplink.Retry;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The settings of {@code io.postern.gateway}, checked.
 *
 * @param transports where the provisioning service is, and over what it is reached
 * @param tokens host of the token service, with {@code :port} when that is not 443; empty when there is none
 * @param hub over what hubs are reached
 * @param proxy through which all of them are reached
 * @param caFile root certificates of all, PEM; none means those of the Java runtime
 * @param trustSignerFile the certificate whose key may replace those in {@code caFile}
 * @param identity how the gateway proves itself
 * @param model what the gateway is
 * @param payload what the provisioning service is told besides
 * @param openings how many sessions are opened at once and in an hour
 * @param stateFile where the state of provisioning stands for a technician
 * @param trustsSystemTime whether the time counts as confirmed when the operating system says that it is synchronised
 */
record GatewaySettings(
        IdScope idScope,
        TransportSettings transports,
        Optional<String> tokens,
        HubSettings hub,
        Optional<SiteProxy> proxy,
        Optional<Path> caFile,
        Optional<Path> trustSignerFile,
        IdentitySettings identity,
        Optional<ModelId> model,
        RegistrationPayload payload,
        Retry.Limits openings,
        Optional<Path> stateFile,
        boolean trustsSystemTime) {
    private static final int HTTPS = 443;
    private static final int LONGEST_PAYLOAD = 16 << 10; // the service takes 96 kB in all

    GatewaySettings {
        if (trustSignerFile.isPresent() && caFile.isEmpty()) {
            throw new IllegalArgumentException(
                    "trustSignerFile: of no use without the key caFile, the file it replaces");
        }
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static GatewaySettings of(GatewayConfig config) {
        Optional<ModelId> model = optional("modelId", config.modelId(), ModelId::of);
        IdentitySettings identity = IdentitySettings.of(config);
        return new GatewaySettings(
                Setting.parse("idScope", config.idScope(), IdScope::of),
                TransportSettings.of(config, identity),
                optional("tokenHost", config.tokenHost(), host -> host)
                        .map(host -> endpoint("tokenHost", host, "tokenPort", config.tokenPort())),
                HubSettings.of(config),
                proxy(config),
                path("caFile", config.caFile()),
                path("trustSignerFile", config.trustSignerFile()),
                identity,
                model,
                payload(config, model),
                openings(config),
                path("stateFile", config.stateFile()),
                config.trustSystemTime());
    }

    /** @throws IllegalArgumentException naming the leaf that cannot be one */
    static List<LeafDevice> leaves(String[] texts) {
        if (texts.length > Roster.MOST_LEAVES) {
            throw new IllegalArgumentException("leaves: at most " + Roster.MOST_LEAVES + ", not " + texts.length);
        }
        List<LeafDevice> leaves = new ArrayList<>();
        var names = new HashSet<String>();
        for (String text : texts) {
            LeafDevice leaf = Setting.parse("leaves", text.strip(), LeafDevice::parse);
            if (!names.add(leaf.id().text())) {
                throw new IllegalArgumentException("leaves: " + leaf.id() + " stands there twice");
            }
            leaves.add(leaf);
        }
        return leaves;
    }

    static Optional<Path> path(String key, String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(key + ": not a path: " + Shown.of(text), e);
        }
    }

    private static Retry.Limits openings(GatewayConfig config) {
        return new Retry.Limits(
                new Admission.Limits(
                        within("openingsAtOnce", config.openingsAtOnce(), 1, Roster.MOST_LEAVES),
                        within("openingsPerHour", config.openingsPerHour(), 60, 1_000_000)),
                within("openingsPerHourEach", config.openingsPerHourEach(), 60, 100_000));
    }

    private static int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + ": " + least + " to " + most + ", not " + value);
        }
        return value;
    }

    private static Optional<SiteProxy> proxy(GatewayConfig config) {
        Optional<Path> credentials = path("proxyCredentialsFile", config.proxyCredentialsFile());
        if (config.proxy().isBlank() && credentials.isPresent()) {
            throw new IllegalArgumentException("proxyCredentialsFile: of no use without the key proxy");
        }
        return optional("proxy", config.proxy(), url -> SiteProxy.parse(url, credentials));
    }

    static <T> Optional<T> optional(String key, String text, Function<String, T> parse) {
        return text.isBlank() ? Optional.empty() : Optional.of(Setting.parse(key, text, parse));
    }

    private static RegistrationPayload payload(GatewayConfig config, Optional<ModelId> model) {
        String text = config.payload();
        if (text.length() > LONGEST_PAYLOAD) {
            throw new IllegalArgumentException(
                    "payload: at most " + LONGEST_PAYLOAD + " characters, not " + text.length());
        }
        List<HubLatencies.Candidate> hubs = Stream.of(config.latencyHubs())
                .map(hub -> Setting.parse("latencyHubs", hub.strip(), HubLatencies.Candidate::parse))
                .toList();
        var latencies = Setting.parse("latencyHubs", hubs.size() + " hubs", _ -> new HubLatencies(hubs));
        Optional<JsonObject> json = optional("payload", text, Json::parseObject);
        return json.isEmpty()
                ? new RegistrationPayload(json, model, latencies)
                : Setting.parse("payload", text, _ -> new RegistrationPayload(json, model, latencies));
    }

    static String endpoint(String hostKey, String host, String portKey, int port) {
        if (host.isBlank() || !host.matches("[A-Za-z0-9.\\-]{1,253}")) {
            throw new IllegalArgumentException(hostKey + ": a host name is needed, not \"" + Shown.of(host) + "\"");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(portKey + ": 1 to 65535, not " + port);
        }
        return port == HTTPS ? host : host + ":" + port;
    }
}
