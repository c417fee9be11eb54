// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.EntryReply;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.amqp.dps.DpsAmqpService;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A provisioning service with its hub behind a real AMQP listener on a loopback address of its own. */
final class AmqpSite implements AutoCloseable {
    static final CloudNames NAMES = new CloudNames("amqp.test");
    static final Secret NONCE = Secret.of(filled(32)); // what FixedRandom makes every nonce key to be

    static final int BUFFER = 8 * 1024; // small, so that a client that does not read is soon felt

    private static final String ADDRESS = LoopbackAddress.random();

    final Hub hub;
    final ProvisioningService provisioning;
    final int port;
    private final PrivateCa ca;
    private final Vertx vertx = EventLoops.start();
    private final Database database;
    private final AmqpListener listener;

    /** Chance that is none, so that a test knows the key in a challenge without a TPM. */
    private static final class FixedRandom extends SecureRandom {
        private static final long serialVersionUID = 1;

        @Override
        public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 0x42);
        }
    }

    AmqpSite(Path directory, AmqpPatience patience) throws IOException, GeneralSecurityException {
        this(directory, patience, UnaryOperator.identity());
    }

    AmqpSite(Path directory, AmqpPatience patience, UnaryOperator<DpsSettings> settings)
            throws IOException, GeneralSecurityException {
        var clock = InstantSource.system();
        Hosts.write(ADDRESS, NAMES.all().toArray(String[]::new));
        ca = PrivateCa.open(directory, NAMES, InetAddress.getByName(ADDRESS), clock, new SecureRandom());
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        hub = Hub.open(HubSettings.of(NAMES.hub()), database, sealer, clock, new SecureRandom());
        provisioning = new ProvisioningService(
                settings.apply(DpsSettings.of(NAMES.serviceHost(), NAMES.provisioningHost())),
                database,
                sealer,
                new InProcessHub(hub),
                clock,
                System::nanoTime,
                new FixedRandom());
        listener = new AmqpListener(
                vertx,
                new ServerTls(ca)
                        .applyTo(new NetServerOptions()
                                .setHost(ADDRESS)
                                .setPort(0)
                                .setSendBufferSize(BUFFER)),
                List.of(new DpsAmqpService(provisioning.desk(), clock, new SecureRandom())),
                patience);
        port = listener.start();
    }

    private static byte[] filled(int length) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, (byte) 0x42);
        return octets;
    }

    String scope() {
        return provisioning.defaultTenant().idScope().text();
    }

    /** Address and user name of a device. */
    String address(String id) {
        return scope() + "/registrations/" + id;
    }

    SymmetricKeys enroll(String id) {
        SymmetricKeys keys = SymmetricKeys.random(32, new SecureRandom());
        enroll(id, new AttestationMechanism.SymmetricKey(keys));
        return keys;
    }

    void enroll(String id, AttestationMechanism.OfDevice attestation) {
        var enrollment = IndividualEnrollment.of(RegistrationId.of(id), attestation);
        if (!(provisioning.defaultTenant().enrollments().create(enrollment) instanceof EntryReply.Stored)) {
            throw new AssertionError("enrolled already: " + id);
        }
    }

    String token(String id, Secret key) {
        var resource = ResourceUri.registration(provisioning.defaultTenant().idScope(), RegistrationId.of(id));
        return SasToken.sign(resource, Instant.now().plus(Duration.ofHours(1)), Optional.empty(), key::hmacSha256)
                .text()
                .revealUtf8();
    }

    RawAmqpClient client() throws IOException, GeneralSecurityException {
        return client(Optional.empty());
    }

    RawAmqpClient client(LabCa.Holder shown) throws IOException, GeneralSecurityException {
        return client(Optional.of(shown));
    }

    private RawAmqpClient client(Optional<LabCa.Holder> shown) throws IOException, GeneralSecurityException {
        return new RawAmqpClient(ClientTls.context(ca.authority(), shown), NAMES.provisioningHost(), port);
    }

    /** A client that has proven itself with its key, opened the connection and begun a session. */
    RawAmqpClient proven(String id, SymmetricKeys keys) throws IOException, GeneralSecurityException {
        RawAmqpClient client = client();
        client.send(Frames.SASL, Frames.plain(address(id), token(id, keys.primary())));
        client.read(Frames.SASL.length());
        client.frame(); // mechanisms
        client.frame(); // outcome
        client.send(Frames.BARE, Frames.open("raw", NAMES.provisioningHost()), Frames.begin());
        return client;
    }

    /** The same, with both its links. */
    RawAmqpClient linked(String id, SymmetricKeys keys) throws IOException, GeneralSecurityException {
        RawAmqpClient client = proven(id, keys);
        client.send(Frames.receiver("answers", 0, address(id)), Frames.sender("questions", 1, address(id)));
        client.await("questions");
        return client;
    }

    @Override
    public void close() {
        listener.close();
        hub.close();
        database.close();
        EventLoops.close(vertx);
    }
}
