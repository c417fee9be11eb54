// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.EntryReply;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.amqp.AmqpListener;
import io.postern.cloud.endpoint.amqp.dps.DpsAmqpService;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.HttpsListener;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.endpoint.http.dps.DpsDeviceRoute;
import io.postern.cloud.endpoint.http.dps.DpsServiceRoute;
import io.postern.cloud.endpoint.mqtt.MqttListener;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CaReply;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.RegistrationId;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Assumptions;

/**
 * A provisioning service with its hub behind real listeners on the ports which official clients cannot be talked out
 * of, and this JVM's default trust turned to its authority.
 */
final class DpsSite implements AutoCloseable {
    /** What names the trust store when none is named otherwise. */
    static final String TRUST_PASSWORD = "changeit";

    private static final AtomicInteger SITES = new AtomicInteger();

    final CloudNames names = new CloudNames("dps" + SITES.incrementAndGet() + ".test");
    final Hub hub;
    final ProvisioningService provisioning;
    final ProvisioningTenant dps;
    final Path trustStore;

    private final SSLSocketFactory defaultBefore = HttpsURLConnection.getDefaultSSLSocketFactory();
    private final Database database;
    private final Vertx vertx = EventLoops.start();
    final String address = LoopbackAddress.random();
    private final PrivateCa ca;
    private final HttpsListener listener;
    private final MqttListener mqtt;
    private final AmqpListener amqp;

    DpsSite(Path directory) throws IOException, GeneralSecurityException {
        this(directory, WebhookCaller.none());
    }

    DpsSite(Path directory, WebhookCaller webhooks) throws IOException, GeneralSecurityException {
        assumePort443(address);
        var clock = InstantSource.system();
        var random = new SecureRandom();
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        hub = Hub.open(HubSettings.of(names.hub()), database, sealer, clock, random);
        provisioning = new ProvisioningService(
                DpsSettings.of(names.serviceHost(), names.provisioningHost()),
                database,
                sealer,
                List.of(new InProcessHub(hub)),
                webhooks,
                clock,
                System::nanoTime,
                random);
        dps = provisioning.defaultTenant();
        Hosts.write(address, names.all().toArray(String[]::new));
        ca = PrivateCa.open(directory.resolve("ca"), names, InetAddress.getByName(address), clock, random);
        var options = new ServerTls(ca)
                .applyTo(new HttpServerOptions().setHost(address).setPort(443));
        var errors = new ErrorReplies(clock, random);
        List<Route> routes =
                List.of(new DpsDeviceRoute(provisioning.desk(), errors), new DpsServiceRoute(provisioning, errors));
        mqtt = new MqttListener(
                vertx,
                new ServerTls(ca)
                        .applyTo(new NetServerOptions().setHost(address).setPort(8883)),
                Hubs.of(hub),
                provisioning.desk(),
                clock);
        mqtt.start();
        amqp = new AmqpListener(
                vertx,
                new ServerTls(ca)
                        .applyTo(new NetServerOptions().setHost(address).setPort(5671)),
                List.of(new DpsAmqpService(provisioning.desk(), clock, random)));
        listener = HttpsListener.open(
                vertx, options, routes, Map.of("mqtt", mqtt::accept, "AMQPWSB10", amqp::serve), clock, random);
        amqp.start();
        trustStore = directory.resolve("trust.p12");
        trust(ca);
    }

    String scope() {
        return dps.idScope().text();
    }

    String serviceConnectionString() {
        return "HostName=" + names.serviceHost() + ";SharedAccessKeyName=provisioningserviceowner;SharedAccessKey="
                + dps.policies().owner().keys().primary().revealBase64();
    }

    /** Enrolls a device with fresh symmetric keys. */
    SymmetricKeys enroll(String id) {
        SymmetricKeys keys = SymmetricKeys.random(32, new SecureRandom());
        enroll(IndividualEnrollment.of(RegistrationId.of(id), new AttestationMechanism.SymmetricKey(keys)));
        return keys;
    }

    void enroll(IndividualEnrollment enrollment) {
        if (!(dps.enrollments().create(enrollment) instanceof EntryReply.Stored)) {
            throw new AssertionError("enrolled already: " + enrollment.registrationId());
        }
    }

    /** Makes a CA known and proves possession of its key. */
    void verify(String name, LabCa ca) {
        var called = new CaName(name);
        dps.authorities().put(called, new Authority(ca.certificate()), IfMatch.ANY);
        dps.authorities().newCode(called, IfMatch.ANY);
        String code =
                dps.authorities().find(called).orElseThrow().verificationCode().orElseThrow();
        if (!(dps.authorities().verify(called, ca.device(code).certificate(), IfMatch.ANY) instanceof CaReply.Stored)) {
            throw new AssertionError("not verified: " + name);
        }
    }

    @Override
    public void close() {
        HttpsURLConnection.setDefaultSSLSocketFactory(defaultBefore);
        System.clearProperty("javax.net.ssl.trustStore");
        System.clearProperty("javax.net.ssl.trustStorePassword");
        listener.close();
        mqtt.close();
        amqp.close();
        EventLoops.close(vertx);
        hub.close();
        database.close();
    }

    private void trust(PrivateCa ca) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", ca.authority());
        try (OutputStream out = Files.newOutputStream(trustStore)) {
            trusted.store(out, TRUST_PASSWORD.toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", trustStore.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", TRUST_PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        // the JVM may have made its default factory before the property was set
        HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
    }

    private static void assumePort443(String address) throws IOException {
        try (var probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(address, 443));
        } catch (BindException e) {
            Assumptions.abort("official clients need port 443, which this user may not open: run as root, or set "
                    + "net.ipv4.ip_unprivileged_port_start=443 (" + e.getMessage() + ")");
        }
    }
}
