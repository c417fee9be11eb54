// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.networks;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import io.postern.lab.load.Seen;
import io.postern.testkit.ConnectProxy;
import io.postern.testkit.FaultProxy;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A gateway under load, the network it lives in, and what of its readings has come to the hub. */
public final class Traveller implements AutoCloseable {
    private static final int STREAMS = 1;

    private final String name;
    private final Optional<Namespace> namespace;
    private final FaultProxy network;
    private final Optional<ConnectProxy> site;
    private final LoadedGateway gateway;
    private final Seen seen;

    /**
     * How a gateway comes to its hub.
     *
     * @param name of the gateway
     * @param transports it may use; none leaves it all of them
     * @param bySiteProxy through a proxy that is asked with CONNECT, behind which the trouble is
     */
    public record Way(String name, List<String> transports, boolean bySiteProxy) {
        public Way {
            transports = List.copyOf(transports);
        }
    }

    private Traveller(
            String name,
            Optional<Namespace> namespace,
            FaultProxy network,
            Optional<ConnectProxy> site,
            LoadedGateway gateway,
            Seen seen) {
        this.name = name;
        this.namespace = namespace;
        this.network = network;
        this.site = site;
        this.gateway = gateway;
        this.seen = seen;
    }

    /** @param namespace to run in; closed with the traveller */
    public static Traveller start(
            Path root, LabCloud cloud, Path directory, Way way, int leaves, Optional<Namespace> namespace)
            throws IOException, LabException {
        String name = way.name();
        String at = namespace.map(Namespace::here).orElseGet(LoopbackAddress::random);
        var network = new FaultProxy(
                at,
                cloud.address().getHostAddress(),
                cloud.connection().httpsPort(),
                cloud.mqttPort(),
                cloud.amqpPort());
        Optional<ConnectProxy> site =
                way.bySiteProxy() ? Optional.of(new ConnectProxy(at, at, Optional.empty())) : Optional.empty();
        try {
            Crew crew = Crew.enroll(cloud, name, leaves, directory.resolve("keys"));
            var transports = Json.array();
            way.transports().forEach(transports::add);
            JsonObjectBuilder core = Json.object().add("hubTransports", transports);
            site.ifPresent(proxy -> core.add("proxy", proxy.url()));
            Path hosts = Files.writeString(
                    directory.resolve(name + ".hosts"),
                    way.bySiteProxy() // which looks names up itself
                            ? "127.0.0.1 localhost\n"
                            : LoadedGateway.Place.names(cloud, at));
            var plan = new LoadedGateway.Plan(
                    root,
                    cloud,
                    crew,
                    directory.resolve(name),
                    STREAMS,
                    Json.object().add("io.postern.gateway", core).build(),
                    List.of(),
                    new LoadedGateway.Place(
                            Optional.of(hosts), namespace.map(Namespace::within).orElse(List.of())));
            return new Traveller(
                    name, namespace, network, site, LoadedGateway.start(plan, ""), new Seen(crew, STREAMS * leaves));
        } catch (IOException | LabException e) {
            close(site, network);
            throw e;
        }
    }

    public String name() {
        return name;
    }

    public LoadedGateway gateway() {
        return gateway;
    }

    public Seen seen() {
        return seen;
    }

    public FaultProxy network() {
        return network;
    }

    boolean hasNamespace() {
        return namespace.isPresent();
    }

    /** The trouble begins. */
    public void meet(Ordeal.Trouble trouble) throws IOException, LabException, InterruptedException {
        switch (trouble) {
            case Ordeal.Trouble.InProxy(var fault) -> network.make(fault);
            case Ordeal.Trouble.Narrow(String rate) -> namespace.orElseThrow().narrow(rate);
            case Ordeal.Trouble.Drop(int percent) -> namespace.orElseThrow().drop(percent);
        }
    }

    /** It is over. */
    public void heal() throws IOException, LabException, InterruptedException {
        network.heal();
        if (namespace.isPresent()) {
            namespace.get().heal();
        }
    }

    @Override
    public void close() {
        gateway.close();
        close(site, network);
        namespace.ifPresent(Namespace::close);
    }

    private static void close(Optional<ConnectProxy> site, FaultProxy network) {
        network.close();
        site.ifPresent(proxy -> {
            try {
                proxy.close();
            } catch (IOException e) {
                // it listens no more, or never did
            }
        });
    }
}
