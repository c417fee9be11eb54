// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Bytes;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Links of clients that have been let in nowhere, at a service whose clients may have thousands once they are known. */
@Timeout(60)
class StrangersLinksIT {
    private static final CloudNames NAMES = new CloudNames("links.test");
    private static final int LENT = 40;

    @TempDir
    Path directory;

    /** Serves {@code node} to strangers, and {@code home} to whoever it then knows. */
    private static final class Hall implements AmqpService {
        @Override
        public Set<String> mechanisms() {
            return Set.of("ANONYMOUS");
        }

        @Override
        public AmqpLimits limits(String host) {
            return new AmqpLimits(8, 6000);
        }

        @Override
        public AmqpVisit welcome(AmqpClient client) {
            return new AmqpVisit() {
                @Override
                public Optional<SaslStep> authenticate(String mechanism, Bytes initialResponse) {
                    return Optional.of(new SaslStep.Done());
                }

                @Override
                public SaslStep respond(Bytes response) {
                    return new SaslStep.Refused("nothing was asked");
                }

                @Override
                public Optional<LinkAnswer> attach(LinkRequest request) {
                    LinkTerms terms = request.address().equals("node") ? LinkTerms.USUAL.ofStranger() : LinkTerms.USUAL;
                    return Optional.of(new LinkAnswer.Taking(_ -> new MessageOutcome.Accepted(), 1, 1024, terms));
                }

                @Override
                public void close() {
                    // nothing is open
                }
            };
        }
    }

    @Test
    void strangersTogetherHaveFewMoreLinksThanOneDeviceEachAndWhoIsKnownAllHeMay() throws Exception {
        String address = LoopbackAddress.random();
        Hosts.write(address, NAMES.all().toArray(String[]::new));
        PrivateCa ca = PrivateCa.open(
                directory, NAMES, InetAddress.getByName(address), InstantSource.system(), new SecureRandom());
        Vertx vertx = EventLoops.start();
        var options = new ServerTls(ca).applyTo(new NetServerOptions().setHost(address));
        try (var listener = new AmqpListener(vertx, options, List.of(new Hall()), AmqpPatience.USUAL, LENT)) {
            int port = listener.start();
            var tls = ClientTls.context(ca.authority(), Optional.empty());
            int own = AmqpLimits.OF_ONE_DEVICE.links();
            try (var greedy = new RawAmqpClient(tls, NAMES.hubHost(), port);
                    var modest = new RawAmqpClient(tls, NAMES.hubHost(), port)) {
                links(greedy, 0, own + LENT);
                greedy.await("link " + (own + LENT - 1) + ".");
                links(modest, 0, own);
                modest.await("link " + (own - 1) + ".");
                links(modest, own, own + 1);
                modest.await("too many links of clients that are not known yet");
            }
            try (var known = new RawAmqpClient(tls, NAMES.hubHost(), port)) {
                links(known, 0, own - 1); // what the others had lent may not be back yet
                known.send(Frames.sender("at home", own, "home"));
                known.await("at home");
                links(known, own + 1, own + 2 * LENT);
                known.await("link " + (own + 2 * LENT - 1) + ".");
            }
        } finally {
            EventLoops.close(vertx);
        }
    }

    /** Attaches links to the strangers' node, those from one handle on to before another. */
    private static void links(RawAmqpClient client, int from, int to) throws Exception {
        if (from == 0) {
            client.send(Frames.BARE, Frames.open("raw", NAMES.hubHost()), Frames.begin());
        }
        for (int i = from; i < to; i++) {
            client.send(Frames.sender("link " + i + ".", i, "node"));
        }
    }
}
