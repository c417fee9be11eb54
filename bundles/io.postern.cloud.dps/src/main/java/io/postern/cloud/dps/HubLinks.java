// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.Candidate;
import io.postern.cloud.hub.elsewhere.HubAccess;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Sql;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The hubs linked to one tenant (DPS-17): no device goes to any other. They are few and every registration looks at them,
 * so they are all kept in memory beside the database.
 */
public final class HubLinks {
    public static final int MOST = 50; // spec: limits of the provisioning service, linked hubs

    private record Open(HubLink link, Optional<? extends LinkedHub> hub) {}

    private final Database database;
    private final IdScope scope;
    private final HubLinkRow rows;
    private final boolean ownsHere;
    private final List<LocalHub> here;
    private final InstantSource clock;
    private volatile List<Open> all; // in the order of names; replaced as a whole, by the holder of this

    /**
     * @param ownsHere whether the tenant may link the hubs of this process without proof
     * @param here the hubs of this process
     */
    HubLinks(
            Database database,
            IdScope scope,
            KeySealer sealer,
            boolean ownsHere,
            List<LocalHub> here,
            InstantSource clock) {
        this.database = database;
        this.scope = scope;
        this.rows = new HubLinkRow(scope, sealer);
        this.ownsHere = ownsHere;
        this.here = List.copyOf(here);
        this.clock = clock;
        this.all = readAll();
    }

    public List<HubLink> all() {
        return all.stream().map(Open::link).toList();
    }

    public Optional<HubLink> find(HubName name) {
        return all().stream().filter(link -> link.name().equals(name)).findFirst();
    }

    List<Candidate> candidates() {
        return all.stream().map(open -> open.link().allocation()).toList();
    }

    public boolean isLinked(HubName name) {
        return find(name).isPresent();
    }

    /** @throws IOException when it is not linked, or linked as one of this process and not running here */
    LinkedHub open(HubName name) throws IOException {
        Open open = all.stream()
                .filter(each -> each.link().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IOException("the hub " + name + " is not linked to this service"));
        if (open.hub().isEmpty()) {
            throw new IOException("the hub " + name + " is linked as one of this process, but does not run in it;"
                    + " configure it (io.postern.cloud.hub) or link it again with a connection string");
        }
        return open.hub().get();
    }

    /**
     * Links a hub, or changes how it is linked.
     *
     * @param asked with access to the hub; without, it is one of this process, or is linked already and keeps its access
     * @throws IOException when a hub outside of this process cannot be reached or the policy lacks a permission
     * @throws IllegalArgumentException when access is missing, or is none to the hub of this process
     */
    public synchronized LinkReply.Linking link(HubLink asked) throws IOException {
        HubLink link = checked(asked);
        if (!isLinked(link.name()) && all.size() >= MOST) {
            return new LinkReply.TooMany(MOST);
        }
        store(link);
        return new LinkReply.Linked(link);
    }

    private HubLink checked(HubLink asked) throws IOException {
        Optional<LocalHub> local = hereBy(asked.name());
        Optional<HubAccess> access = asked.access();
        if (access.isEmpty() && isLinked(asked.name())) {
            return new HubLink(
                    asked.allocation(), find(asked.name()).orElseThrow().access());
        }
        if (local.isPresent()) {
            boolean may =
                    access.map(given -> local.get().admits(given.policy())).orElse(ownsHere);
            if (!may) {
                throw new IllegalArgumentException("the hub " + asked.name()
                        + " is linked with the connection string of one of its policies that has RegistryRead,"
                        + " RegistryWrite and ServiceConnect");
            }
            return new HubLink(asked.allocation(), Optional.empty());
        }
        if (access.isEmpty()) {
            throw new IllegalArgumentException("no hub " + asked.name()
                    + " runs in this process; give a connectionString to link one that runs elsewhere");
        }
        new RestHub(access.get(), clock).probe();
        return asked;
    }

    /** Writes a link down without a look at the hub. */
    synchronized void store(HubLink link) {
        database.transaction(c -> {
            rows.write(c, link);
            return link;
        });
        all = readAll();
    }

    /**
     * Takes a hub away from a tenant. Its devices stay in it; they are assigned to another one when they register
     * again, and what their twins hold is left behind.
     *
     * @param force although devices are assigned to it
     */
    public synchronized LinkReply.Unlinking unlink(HubName name, boolean force) {
        if (!isLinked(name)) {
            return new LinkReply.NotLinked(name);
        }
        long devices = devices(name);
        if (devices > 0 && !force) {
            return new LinkReply.InUse(name, devices);
        }
        database.transaction(c ->
                Sql.update(c, "DELETE FROM dps_linked_hub WHERE scope = ? AND hub = ?", scope.text(), name.text()));
        all = readAll();
        return new LinkReply.Unlinked(name, devices);
    }

    /** How many devices of this tenant are assigned to a hub. */
    public long devices(HubName name) {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT count(*) AS devices FROM dps_registration WHERE hub = ? AND scope = ?",
                        row -> row.number("devices"),
                        name.text(),
                        scope.text())
                .orElse(0L));
    }

    private List<Open> readAll() {
        return database
                .read(c -> Sql.all(
                        c, "SELECT * FROM dps_linked_hub WHERE scope = ? ORDER BY hub", rows::read, scope.text()))
                .stream()
                .map(link -> new Open(link, opened(link)))
                .toList();
    }

    private Optional<? extends LinkedHub> opened(HubLink link) {
        return link.access().isPresent()
                ? link.access().map(access -> new RestHub(access, clock))
                : hereBy(link.name());
    }

    private Optional<LocalHub> hereBy(HubName name) {
        return here.stream().filter(hub -> hub.name().equals(name)).findFirst();
    }
}
