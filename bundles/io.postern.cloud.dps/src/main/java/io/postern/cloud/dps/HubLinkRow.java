// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.Candidate;
import io.postern.cloud.hub.elsewhere.HubAccess;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.ConnectionString;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** One linked hub as a row of the database; the key of its policy lies sealed. */
final class HubLinkRow {
    private static final String WRITE = Sql.upsert(
            "dps_linked_hub",
            "scope, hub",
            "weight, takes_part, latency_millis, policy, policy_key, port, ca_certificates");

    private final IdScope scope;
    private final KeySealer sealer;

    HubLinkRow(IdScope scope, KeySealer sealer) {
        this.scope = scope;
        this.sealer = sealer;
    }

    void write(Connection c, HubLink link) throws SQLException {
        Optional<HubAccess> access = link.access();
        Sql.update(
                c,
                WRITE,
                scope.text(),
                link.name().text(),
                link.allocation().weight(),
                link.allocation().takesPart(),
                link.allocation().latency().map(Duration::toMillis),
                access.map(remote -> remote.policy().keyName()),
                access.map(remote -> sealer.seal(remote.policy().key(), place(link.name()))),
                access.map(HubAccess::port),
                access.flatMap(HubAccess::caCertificates));
    }

    HubLink read(Row row) throws SQLException {
        HubName name = HubName.of(row.text("hub"));
        Optional<String> policy = row.optionalText("policy");
        long latency = row.number("latency_millis");
        return new HubLink(
                new Candidate(
                        name,
                        (int) row.number("weight"),
                        row.flag("takes_part"),
                        row.optionalText("latency_millis").map(_ -> Duration.ofMillis(latency))),
                policy.isPresent() ? Optional.of(access(row, name, policy.get())) : Optional.empty());
    }

    private HubAccess access(Row row, HubName name, String policy) throws SQLException {
        var key = sealer.unseal(row.bytes("policy_key"), place(name));
        return new HubAccess(
                new ConnectionString(name.text(), policy, key),
                (int) row.number("port"),
                row.optionalText("ca_certificates"));
    }

    private String place(HubName hub) {
        return "dps_linked_hub/" + scope + "/" + hub;
    }
}
