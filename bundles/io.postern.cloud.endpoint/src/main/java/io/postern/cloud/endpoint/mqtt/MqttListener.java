// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.NetSocketDuplex;
import io.postern.cloud.endpoint.Strangers;
import io.postern.cloud.hub.Hubs;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MQTT listener of the hubs and of the provisioning service, TLS only; also takes the connections that the HTTPS listener has turned into WebSockets. Event
 * loops read and write the octets; each connection has a virtual thread for what may block.
 */
public final class MqttListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MqttListener.class);
    private static final Duration STARTING = Duration.ofSeconds(10);
    private static final Duration STOPPING = Duration.ofSeconds(5);

    private final NetServer server;
    private final Connections connections;
    private final Strangers strangers = new Strangers("MQTT", System::nanoTime);

    /** @param options where to listen, with TLS switched on */
    public MqttListener(Vertx vertx, NetServerOptions options, Hubs hubs, RegistrationDesk desk, InstantSource clock) {
        this(vertx, options, hubs, desk, clock, MqttPatience.USUAL);
    }

    MqttListener(
            Vertx vertx,
            NetServerOptions options,
            Hubs hubs,
            RegistrationDesk desk,
            InstantSource clock,
            MqttPatience patience) {
        if (!options.isSsl()) {
            throw new IllegalArgumentException("this listener serves TLS only; switch it on in the options");
        }
        this.server = vertx.createNetServer(options.setTcpKeepAlive(true).setTcpNoDelay(true));
        this.connections = new Connections(vertx, hubs, desk, clock, patience, strangers);
    }

    /**
     * Starts listening.
     *
     * @return the port, also when it was left to the system
     * @throws IOException when the address cannot be bound, with the reason as it came
     */
    public int start() throws IOException {
        server.connectHandler(socket -> accept(new NetSocketDuplex(socket)));
        server.exceptionHandler(strangers::broke);
        EventLoops.await(server.listen(), STARTING);
        return server.actualPort();
    }

    /** Takes over a fresh connection, whoever listened for it; called on its event loop. */
    public void accept(Duplex connection) {
        connections.accept(connection);
    }

    /** Closes all connections and waits, within a bound, for what is being stored. Idempotent. */
    @Override
    public void close() {
        try {
            EventLoops.await(server.close(), STOPPING);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("MQTT listener did not stop in time");
        }
        connections.close();
    }
}
