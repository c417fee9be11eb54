// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;

/** The services of one cloud side as its operator sees them; where a program starts. */
public final class Cloud {
    private final CloudConnection connection;
    private final SSLSocketFactory tls;
    private final InstantSource clock;

    private Cloud(CloudConnection connection, SSLSocketFactory tls, InstantSource clock) {
        this.connection = connection;
        this.tls = tls;
        this.clock = clock;
    }

    /**
     * Reads the root certificates; connects nowhere yet.
     *
     * @param clock for the expiry of tokens
     * @throws IOException when the CA file cannot be read
     */
    public static Cloud open(CloudConnection connection, InstantSource clock) throws IOException {
        return new Cloud(connection, TrustRoots.context(connection.caFile()).getSocketFactory(), clock);
    }

    public Enrollments enrollments() {
        return new Enrollments(client(connection.dps().host(), connection.dps()));
    }

    public Groups groups() {
        return new Groups(client(connection.dps().host(), connection.dps()));
    }

    public Shipments shipments() {
        return new Shipments(client(connection.dps().host(), connection.dps()));
    }

    public Replacements replacements() {
        return new Replacements(client(connection.dps().host(), connection.dps()));
    }

    public Authorities authorities() {
        return new Authorities(client(connection.dps().host(), connection.dps()));
    }

    public Provisioning provisioning() {
        return new Provisioning(client(connection.dps().host(), connection.dps()));
    }

    public Users users() {
        return new Users(client(connection.dps().host(), connection.dps()));
    }

    /** For who has a name and a password. */
    public SignIn signIn(String serviceHost) {
        return new SignIn(new ServiceClient(endpoint(serviceHost), Optional.empty(), clock));
    }

    public Registrations registrations() {
        return new Registrations(client(connection.dps().host(), connection.dps()));
    }

    public LinkedHubs linkedHubs() {
        return new LinkedHubs(client(connection.dps().host(), connection.dps()));
    }

    public Policies provisioningPolicies() {
        return new Policies(client(connection.dps().host(), connection.dps()));
    }

    public Policies hubPolicies() {
        return new Policies(client(connection.hub().host(), connection.hub()));
    }

    public BackEnds backEnds() {
        return new BackEnds(client(connection.hub().host(), connection.hub()));
    }

    public AccessLists accessLists() {
        return new AccessLists(client(connection.hub().host(), connection.hub()));
    }

    public Devices devices() {
        return new Devices(client(connection.hub().host(), connection.hub()));
    }

    public DeviceTwins twins() {
        return new DeviceTwins(client(connection.hub().host(), connection.hub()));
    }

    /** What is said to a device: methods and commands. */
    public DeviceTalk talk() {
        return new DeviceTalk(client(connection.hub().host(), connection.hub()));
    }

    /** Tokens for programs that speak to the hub without an SDK (HUB-06). */
    public MintedTokens tokens() {
        return new MintedTokens(connection.hub(), devices(), clock);
    }

    /** @throws IllegalStateException when this cloud names no token service */
    public Leaves leaves() {
        return new Leaves(tokenService());
    }

    /** The boxes its gateways run in. */
    public Boxes boxes() {
        return new Boxes(tokenService());
    }

    private ServiceClient tokenService() {
        String host = connection
                .tokenHost()
                .orElseThrow(() -> new IllegalStateException(
                        "this connection names no token service; add \"tokenHost\" to connection.json"));
        return client(host, connection.tokenPolicy().orElseGet(connection::hub));
    }

    /**
     * Follows the accepted telemetry; fails at once when the hub refuses or cannot be reached, and reconnects by
     * itself later on.
     *
     * @param from the first sequence number wanted, 0 for all that is kept
     * @param notices told in a sentence when the connection is lost and tried again
     */
    public EventStream events(long from, Consumer<String> notices) throws ServiceException {
        return EventStream.open(client(connection.hub().host(), connection.hub()), from, notices);
    }

    /** Like {@link #events}, from the next event on. A connection lost before the first event begins anew with the next one. */
    public EventStream newEvents(Consumer<String> notices) throws ServiceException {
        return EventStream.open(client(connection.hub().host(), connection.hub()), EventStream.NEXT, notices);
    }

    private ServiceClient client(String host, Credential credential) {
        return new ServiceClient(endpoint(host), Optional.of(credential), clock);
    }

    private Endpoint endpoint(String host) {
        return new Endpoint(host, connection.httpsPort(), tls, connection.hostsFile(), connection.caFile());
    }
}
