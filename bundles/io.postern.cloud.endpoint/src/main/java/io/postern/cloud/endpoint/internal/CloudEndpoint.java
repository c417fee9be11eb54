// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.amqp.AmqpListener;
import io.postern.cloud.endpoint.amqp.dps.DpsAmqpService;
import io.postern.cloud.endpoint.amqp.hub.HubAmqpService;
import io.postern.cloud.endpoint.amqp.service.ServiceLinks;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.HttpsListener;
import io.postern.cloud.endpoint.http.HubRoutes;
import io.postern.cloud.endpoint.http.HubWays;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.endpoint.http.TokenRoute;
import io.postern.cloud.endpoint.http.dps.DpsDeviceRoute;
import io.postern.cloud.endpoint.http.dps.DpsServiceRoute;
import io.postern.cloud.endpoint.http.dps.TrustBundleRoute;
import io.postern.cloud.endpoint.http.dps.UserRoute;
import io.postern.cloud.endpoint.mqtt.MqttListener;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.cloud.hub.Hubs;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All listeners of one cloud, in front of its services. */
final class CloudEndpoint implements AutoCloseable {
    private final Vertx vertx;
    private final HttpsListener https;
    private final MqttListener mqtt;
    private final AmqpListener amqp;
    private final EndpointPorts ports;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Runnable unsubscribe = () -> {};

    private CloudEndpoint(Vertx vertx, HttpsListener https, MqttListener mqtt, AmqpListener amqp, EndpointPorts ports) {
        this.vertx = vertx;
        this.https = https;
        this.mqtt = mqtt;
        this.amqp = amqp;
        this.ports = ports;
    }

    /**
     * Starts the listeners and, when all listen, writes the connection file.
     *
     * @throws IOException when a port cannot be had or a file not be written, saying what to do
     */
    static CloudEndpoint start(
            EndpointSettings configured, CloudServices services, InstantSource clock, SecureRandom random)
            throws IOException {
        EndpointSettings settings = configured.serving(services.hubs().names());
        checkNames(settings.names(), services.provisioning());
        var connection = new ConnectionFile(settings.directory());
        connection.remove();
        PrivateCa ca =
                PrivateCa.open(settings.directory().resolve("tls"), settings.names(), settings.listen(), clock, random);
        CloudEndpoint endpoint = listen(settings, new ServerTls(ca), services, clock, random);
        try {
            var announcement = new Announcement(
                    settings, endpoint.ports, connection, ca.caFile(), services.hubs(), services.provisioning());
            announcement.publish();
            endpoint.unsubscribe = subscribe(services.hubs(), services.provisioning(), announcement::renew);
            return endpoint;
        } catch (IOException | RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    /** @return ends it */
    private static Runnable subscribe(Hubs hubs, ProvisioningService provisioning, Runnable changed) {
        Consumer<String> policyChanged = _ -> changed.run();
        hubs.all().forEach(hub -> hub.policies().addListener(policyChanged));
        Runnable provisioningEnds = provisioning.onChange(changed);
        return () -> {
            provisioningEnds.run();
            hubs.all().forEach(hub -> hub.policies().removeListener(policyChanged));
        };
    }

    private static CloudEndpoint listen(
            EndpointSettings settings, ServerTls tls, CloudServices services, InstantSource clock, SecureRandom random)
            throws IOException {
        var listening = new AtomicReference<@Nullable EndpointPorts>();
        HubWays ways = hub -> {
            EndpointPorts ports = listening.get();
            return ports == null ? List.of() : HubWays.at(hub, ports.https(), ports.mqtt(), ports.amqp());
        };
        List<Route> routes = routes(settings.names(), services, ways, new ErrorReplies(clock, random));
        Vertx vertx = EventLoops.start();
        try {
            var mqtt = new MqttListener(
                    vertx,
                    options(settings, settings.ports().mqtt(), tls),
                    services.hubs(),
                    services.provisioning().desk(),
                    clock);
            var amqp = new AmqpListener(
                    vertx,
                    options(settings, settings.ports().amqp(), tls),
                    List.of(
                            new DpsAmqpService(services.provisioning().desk(), clock, random),
                            new HubAmqpService(
                                    services.hubs(),
                                    List.of(ServiceLinks::new),
                                    HubAmqpService.USUAL_DEVICES,
                                    clock,
                                    random)));
            Map<String, Consumer<Duplex>> webSockets = Map.of("mqtt", mqtt::accept, "AMQPWSB10", amqp::serve);
            HttpsListener https = openHttps(vertx, tls, settings, routes, webSockets, clock, random);
            var ports = new EndpointPorts(
                    https.port(),
                    start(mqtt::start, settings, settings.ports().mqtt(), "mqttPort"),
                    start(amqp::start, settings, settings.ports().amqp(), "amqpPort"));
            listening.set(ports);
            return new CloudEndpoint(vertx, https, mqtt, amqp, ports);
        } catch (IOException | RuntimeException e) {
            EventLoops.close(vertx); // with all that listens on them
            throw e;
        }
    }

    private static HttpsListener openHttps(
            Vertx vertx,
            ServerTls tls,
            EndpointSettings settings,
            List<Route> routes,
            Map<String, Consumer<Duplex>> webSockets,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        String address = settings.listen().getHostAddress();
        var options = tls.applyTo(new HttpServerOptions()
                .setHost(address)
                .setPort(settings.ports().https()));
        try {
            return HttpsListener.open(vertx, options, routes, webSockets, clock, random);
        } catch (IOException e) {
            throw PortAdvice.explain(e, address, settings.ports().https(), "httpsPort");
        }
    }

    private static NetServerOptions options(EndpointSettings settings, int port, ServerTls tls) {
        return tls.applyTo(new NetServerOptions()
                .setHost(settings.listen().getHostAddress())
                .setPort(port));
    }

    /** Something that starts to listen and says where. */
    private interface Start {
        int listen() throws IOException;
    }

    private static int start(Start listener, EndpointSettings settings, int port, String key) throws IOException {
        try {
            return listener.listen();
        } catch (IOException e) {
            throw PortAdvice.explain(e, settings.listen().getHostAddress(), port, key);
        }
    }

    private static List<Route> routes(CloudNames names, CloudServices services, HubWays ways, ErrorReplies errors) {
        ProvisioningService provisioning = services.provisioning();
        Stream<Route> shared = Stream.of(
                new DpsDeviceRoute(provisioning.desk(), errors),
                new TrustBundleRoute(provisioning.tenants(), errors),
                new DpsServiceRoute(provisioning, errors),
                new UserRoute(services.users(), provisioning.defaultTenant(), errors),
                new TokenRoute(services.tokens(), names.tokenHost(), ways, errors));
        Stream<Route> each = services.hubs().all().stream()
                .flatMap(hub -> HubRoutes.of(hub, services.routes(), services.monitoring(), errors).stream());
        return Stream.concat(shared, each).toList();
    }

    /** Services and listeners are configured apart; names that differ would refuse every token. */
    private static void checkNames(CloudNames names, ProvisioningService provisioning) {
        checkName(
                "io.postern.cloud.dps serviceHost",
                provisioning.settings().serviceHost().text(),
                names.serviceHost());
        checkName(
                "io.postern.cloud.dps provisioningHost",
                provisioning.settings().provisioningHost().text(),
                names.provisioningHost());
    }

    private static void checkName(String key, String configured, String served) {
        if (!configured.equals(served)) {
            throw new IllegalArgumentException(key + " is " + configured + ", but with the domain set in"
                    + " io.postern.cloud.endpoint it is served as " + served + "; make both the same");
        }
    }

    int httpsPort() {
        return ports.https();
    }

    int mqttPort() {
        return ports.mqtt();
    }

    int amqpPort() {
        return ports.amqp();
    }

    /** Idempotent: event loops that have ended take no further task, not even the one that would end them. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        unsubscribe.run();
        https.close();
        mqtt.close();
        amqp.close();
        EventLoops.close(vertx);
    }
}
