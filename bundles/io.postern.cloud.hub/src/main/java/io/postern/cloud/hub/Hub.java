// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.commands.CommandQueue;
import io.postern.cloud.hub.commands.FeedbackQueue;
import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.OperationLog;
import io.postern.cloud.hub.diagnostics.Origin;
import io.postern.cloud.hub.events.ConsumerGroups;
import io.postern.cloud.hub.methods.Methods;
import io.postern.cloud.hub.transfer.TransferJobs;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CaTable;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.DatabaseException;
import io.postern.cloud.store.KeySealer;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One hub: its registry, policies, twins and events, and the sessions of its devices.
 *
 * <p>A session ends as soon as what it stands on is gone: the device deleted or disabled, the signing keys, the
 * certificate or its CA replaced, the token or certificate expired, or a newer connection of the same device there.
 */
public final class Hub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hub.class);
    private static final Duration EXPIRY_LOOK = Duration.ofSeconds(1); // token times have seconds resolution
    private static final Duration COMMAND_LOOK = Duration.ofSeconds(1); // locks are 5 s and longer
    private static final Duration USAGE_LOOK = Duration.ofMinutes(1); // as much as a crash may take from the meters
    private static final Duration ACTIVITY_STEP = Duration.ofMinutes(1); // spares a polling device a sync each time

    private final HubName name;
    private final InstantSource clock;
    private final Diagnostics diagnostics;
    private final LiveSessions sessions;
    private final IdentityRegistry identities;
    private final SharedAccessPolicies policies;
    private final CaCertificates authorities;
    private final RevocationBarriers barriers;
    private final AccessLists lists;
    private final Gatekeeper gatekeeper;
    private final Twins twins;
    private final RegistryMeter meter;
    private final RegistryBulk bulk;
    private final RegistryExport export;
    private final TransferJobs jobs;
    private final EventStream events;
    private final CommandQueue commands;
    private final Methods methods;
    private final DeviceSearch search;
    private final DeviceSession.Ground ground;
    private final ConsumerGroups consumerGroups;
    private final UsageMeter usage;
    private final Ticker expiry;
    private final Ticker usageLook;
    private final Ticker sweeping;
    private volatile boolean closing;

    private Hub(
            HubSettings settings,
            Database database,
            KeySealer sealer,
            OperationLog operations,
            InstantSource clock,
            SecureRandom random) {
        this.name = settings.name();
        this.clock = clock;
        this.diagnostics = new Diagnostics(name, operations, clock);
        this.sessions = new LiveSessions(this::left);
        var quarantine = new Quarantine(database, settings.quarantine(), clock);
        this.meter = new RegistryMeter(settings.registry(), database, clock, System::nanoTime);
        var rows = new DeviceRows(sealer, sessions);
        this.identities = new IdentityRegistry(database, rows, quarantine, meter, diagnostics, clock, random);
        this.export = new RegistryExport(database, rows);
        this.policies = new SharedAccessPolicies(database, sealer, diagnostics, random);
        this.authorities = new CaCertificates(new CaTable(database, HubSchema.CAS), clock, random);
        this.barriers = new RevocationBarriers(database, clock);
        this.twins = new Twins(database, diagnostics, clock);
        this.lists = new AccessLists(database, twins, diagnostics, clock);
        this.gatekeeper = new Gatekeeper(name, identities, policies, authorities, barriers, lists, clock, random);
        this.bulk = new RegistryBulk(database, identities, twins);
        this.jobs = new TransferJobs(
                database, sealer, settings.registry().blobOrigins(), identities, bulk, export, clock, random);
        this.events = new EventStream(database, settings.retainedEvents(), settings.partitions());
        this.commands = CommandQueue.open(database, settings.commands(), clock, random);
        this.search = new DeviceSearch(database, sessions, commands::pending);
        this.methods = new Methods(device -> identities.find(device).isPresent());
        this.ground =
                new DeviceSession.Ground(sessions, twins, events, commands, methods, diagnostics, clock, this::flaw);
        this.usage = new UsageMeter(settings.usage(), meter, events, diagnostics, database, clock);
        this.usageLook = new Ticker("usage", USAGE_LOOK, usage::settle);
        this.consumerGroups = new ConsumerGroups(database, clock);
        this.expiry = new Ticker("token-expiry", EXPIRY_LOOK, this::endExpired);
        this.sweeping = new Ticker("command-sweep", COMMAND_LOOK, commands::sweep);
    }

    /** Opens the hub on its database, creating tables and default policies when they are missing. */
    public static Hub open(
            HubSettings settings, Database database, KeySealer sealer, InstantSource clock, SecureRandom random) {
        return open(settings, database, sealer, OperationLog.NONE, clock, random);
    }

    /**
     * The same with a log of operations.
     *
     * @param operations stays open
     */
    public static Hub open(
            HubSettings settings,
            Database database,
            KeySealer sealer,
            OperationLog operations,
            InstantSource clock,
            SecureRandom random) {
        database.migrate(HubSchema.COMPONENT, HubSchema.STEPS);
        database.migrate(HubSchema.REGISTRY, HubSchema.REGISTRY_STEPS);
        database.migrate(RegistryMeter.COMPONENT, RegistryMeter.STEPS);
        database.migrate(AccessLists.COMPONENT, AccessLists.STEPS);
        database.migrate(HubSchema.TWINS, HubSchema.TWIN_STEPS);
        Hub hub = new Hub(settings, database, sealer, operations, clock, random);
        hub.identities.addListener((device, change) ->
                hub.sessions.find(device).filter(s -> isHit(s, change)).ifPresent(s -> s.end(reason(change))));
        hub.policies.addListener(policy -> hub.sessions.end(
                s -> s.standsOn(p -> p.policyName().equals(Optional.of(policy)) && !hub.stillCounts(p)),
                CloseReason.KEYS_CHANGED));
        hub.lists.onChange(() -> hub.sessions.end(s -> hub.lists.bars(s.deviceId()), CloseReason.DEVICE_BLOCKED));
        hub.twins.onTagsChanged(device -> hub.sessions
                .find(device)
                .filter(_ -> hub.lists.bars(device))
                .ifPresent(s -> s.end(CloseReason.DEVICE_BLOCKED)));
        hub.authorities.onChange(
                () -> hub.sessions.end(s -> s.standsOn(p -> !hub.stillCounts(p)), CloseReason.KEYS_CHANGED));
        hub.barriers.onChange(device -> hub.sessions
                .find(device)
                .filter(s -> s.standsOn(p -> !hub.stillCounts(p)))
                .ifPresent(s -> s.end(CloseReason.TOKENS_REVOKED)));
        hub.twins.addListener(
                (device, patch, version) -> hub.sessions.find(device).ifPresent(s -> s.desiredChanged(patch, version)));
        hub.identities.addListener((device, change) -> {
            if (change == IdentityListener.Change.DELETED) {
                hub.commands.forget(device);
            }
        });
        hub.commands.onWaiting(device -> hub.sessions.find(device).ifPresent(DeviceSession::commandsWaiting));
        hub.commands.tell(hub.diagnostics::write);
        hub.methods.tell(hub.diagnostics::write);
        hub.jobs.tell(hub.diagnostics::write);
        hub.jobs.start();
        hub.expiry.start();
        hub.sweeping.start();
        hub.usageLook.start();
        return hub;
    }

    /**
     * Begins the session of an admitted device; an older one of the same device is closed.
     *
     * @param model what the device says it is; recorded with the identity
     * @return empty when identity or policy have changed since the token was checked: check it again
     */
    public Optional<DeviceSession> connect(
            Principal.Device principal, Optional<ModelId> model, DeviceConnection connection) {
        if (closing) {
            return Optional.empty();
        }
        var session = new DeviceSession(principal, connection, ground, true);
        sessions.add(session);
        // asked only now: a deletion after this look finds the session and ends it, one before is seen here
        if (flaw(principal).isPresent()) {
            session.close();
            return Optional.empty();
        }
        identities.connected(session.deviceId(), model, session.since());
        session.begun();
        return Optional.of(session);
    }

    /**
     * A session for one request of an admitted device, which is not connected by it and displaces nothing. Each call of it
     * asks anew whether the device is still admitted.
     */
    public DeviceSession once(Principal.Device principal) {
        return once(principal, Origin.WITHIN);
    }

    /** @param origin where the request comes from */
    public DeviceSession once(Principal.Device principal, Origin origin) {
        Instant now = clock.instant();
        DeviceIdentity identity = principal.identity();
        if (identity.lastActivity()
                .filter(at -> at.isAfter(now.minus(ACTIVITY_STEP)))
                .isEmpty()) {
            identities.disconnected(identity.deviceId(), now);
        }
        return new DeviceSession(principal, DeviceConnection.none(origin), ground, false);
    }

    /** How many devices are connected. */
    public int connectedCount() {
        return sessions.count();
    }

    public HubName name() {
        return name;
    }

    /** What it is used for, day by day. */
    public UsageMeter usage() {
        return usage;
    }

    /** What is counted and put on record here. */
    public Diagnostics diagnostics() {
        return diagnostics;
    }

    public IdentityRegistry identities() {
        return identities;
    }

    /** Many changes of the registry at once. */
    public RegistryBulk bulk() {
        return bulk;
    }

    /** The whole registry, page by page. */
    public RegistryExport export() {
        return export;
    }

    /** Imports and exports through blob containers. */
    public TransferJobs jobs() {
        return jobs;
    }

    /** How much the registry is asked for. */
    public RegistryMeter meter() {
        return meter;
    }

    public SharedAccessPolicies policies() {
        return policies;
    }

    /** The CAs that devices of type certificateAuthority may come under. */
    public CaCertificates authorities() {
        return authorities;
    }

    /** Who is let in beyond what the identity itself says. */
    public AccessLists lists() {
        return lists;
    }

    public Gatekeeper gatekeeper() {
        return gatekeeper;
    }

    /** Which tokens do not count any more although they have not expired. */
    public RevocationBarriers barriers() {
        return barriers;
    }

    public Twins twins() {
        return twins;
    }

    /** The devices with all that is known of them, for queries. */
    public DeviceSearch search() {
        return search;
    }

    public EventStream events() {
        return events;
    }

    /** The commands that wait for each device. */
    public CommandQueue commands() {
        return commands;
    }

    /** What became of commands whose senders asked to be told. */
    public FeedbackQueue feedback() {
        return commands.feedback();
    }

    public Methods methods() {
        return methods;
    }

    /** Who reads the events, and for whom. */
    public ConsumerGroups consumerGroups() {
        return consumerGroups;
    }

    /** Ends all sessions and the event stream; the database stays open. Idempotent. */
    @Override
    public void close() {
        closing = true;
        jobs.close();
        expiry.close();
        sweeping.close();
        usageLook.close();
        sessions.end(_ -> true, CloseReason.HUB_CLOSING);
        events.close();
        try {
            usage.settle();
        } catch (DatabaseException e) {
            LOG.atWarn().setCause(e).log("the last minute is missing in the meters: the database failed");
        }
    }

    /** Ends the sessions whose tokens have expired; also done once a second. */
    void endExpired() {
        sessions.endExpired(clock.instant());
    }

    /** Why {@code principal} would not be admitted any more as it was; empty when it would. */
    private Optional<CloseReason> flaw(Principal.Device principal) {
        if (closing) {
            return Optional.of(CloseReason.HUB_CLOSING);
        }
        Optional<DeviceIdentity> now = identities.find(principal.identity().deviceId());
        if (now.isEmpty()) {
            return Optional.of(CloseReason.DEVICE_DELETED);
        }
        if (!now.get().enabled()) {
            return Optional.of(CloseReason.DEVICE_DISABLED);
        }
        if (lists.bars(principal.identity().deviceId())) {
            return Optional.of(CloseReason.DEVICE_BLOCKED);
        }
        boolean same = now.get().etag().equals(principal.identity().etag()) && stillCounts(principal);
        return same ? Optional.empty() : Optional.of(CloseReason.KEYS_CHANGED);
    }

    /** Whether what stands behind the device's evidence is still there: the policy with its keys, the proven CA. */
    private boolean stillCounts(Principal.Device principal) {
        return switch (principal.evidence()) {
            case Evidence.OwnKey _, Evidence.OwnCertificate _ -> true;
            case Evidence.PolicyKey signed ->
                policies.find(signed.used().name()).filter(signed::countsWith).isPresent()
                        && !(signed.deviceAlone() && barriers.bars(principal.identity(), principal.expires()));
            case Evidence.IssuedCertificate(Authority authority) ->
                authorities.all().stream()
                        .anyMatch(each -> each.verified() && each.authority().equals(authority));
        };
    }

    private void left(DeviceSession session) {
        if (!closing) {
            identities.disconnected(session.deviceId(), session.lastActivity());
        }
        LOG.atDebug()
                .addKeyValue("deviceId", session.deviceId())
                .addKeyValue(
                        "reason", session.endReason().map(CloseReason::text).orElse("displaced"))
                .log("device disconnected");
    }

    /** New keys of the device do not touch a session that a policy's key opened. */
    private static boolean isHit(DeviceSession session, IdentityListener.Change change) {
        return change != IdentityListener.Change.KEYS_CHANGED
                || session.standsOn(principal -> principal.policy().isEmpty());
    }

    private static CloseReason reason(IdentityListener.Change change) {
        return switch (change) {
            case DELETED -> CloseReason.DEVICE_DELETED;
            case DISABLED -> CloseReason.DEVICE_DISABLED;
            case KEYS_CHANGED, AUTHENTICATION_CHANGED -> CloseReason.KEYS_CHANGED;
        };
    }
}
