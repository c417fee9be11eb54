// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.DeviceAuthentication.CertificateAuthority;
import io.postern.cloud.hub.DeviceAuthentication.Sas;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.x509.Thumbprint;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Identities as rows of the database: keys sealed, connection state taken from the live sessions. */
final class DeviceRows {
    private final KeySealer sealer;
    private final LiveSessions sessions;

    DeviceRows(KeySealer sealer, LiveSessions sessions) {
        this.sealer = sealer;
        this.sessions = sessions;
    }

    Optional<DeviceIdentity> find(Connection c, DeviceId device) throws SQLException {
        return Sql.first(c, "SELECT * FROM hub_device WHERE device = ?", this::read, device.text());
    }

    List<DeviceIdentity> list(Connection c, String after, int most) throws SQLException {
        return Sql.all(c, "SELECT * FROM hub_device WHERE device > ? ORDER BY device LIMIT ?", this::read, after, most);
    }

    void write(Connection c, DeviceIdentity device) throws SQLException {
        String id = device.deviceId().text();
        Optional<SymmetricKeys> keys =
                device.authentication() instanceof Sas(SymmetricKeys pair) ? Optional.of(pair) : Optional.empty();
        Optional<SelfSigned> thumbprints =
                device.authentication() instanceof SelfSigned pair ? Optional.of(pair) : Optional.empty();
        Sql.update(
                c,
                """
                INSERT INTO hub_device(device, generation, etag, enabled, reason, authentication, primary_key,
                  secondary_key, primary_thumbprint, secondary_thumbprint, created, status_updated, connection_changed,
                  last_activity, model, relations) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT(device) DO UPDATE SET etag = excluded.etag, enabled = excluded.enabled,
                  reason = excluded.reason, authentication = excluded.authentication,
                  primary_key = excluded.primary_key, secondary_key = excluded.secondary_key,
                  primary_thumbprint = excluded.primary_thumbprint,
                  secondary_thumbprint = excluded.secondary_thumbprint, status_updated = excluded.status_updated,
                  relations = excluded.relations
                """,
                id,
                device.generationId(),
                device.etag(),
                device.enabled(),
                device.statusReason(),
                device.authentication().type(),
                keys.map(pair -> seal(pair.primary(), id, "primary")),
                keys.map(pair -> seal(pair.secondary(), id, "secondary")),
                thumbprints.flatMap(SelfSigned::primary).map(Thumbprint::toString),
                thumbprints.flatMap(SelfSigned::secondary).map(Thumbprint::toString),
                device.created(),
                device.statusUpdated(),
                device.connectionChanged(),
                device.lastActivity(),
                device.model().map(ModelId::text),
                relations(device));
    }

    private DeviceIdentity read(Row row) throws SQLException {
        DeviceId id = DeviceId.of(row.text("device"));
        Optional<DeviceSession> session = sessions.find(id);
        Optional<Instant> stored = row.optionalInstant("last_activity");
        return new DeviceIdentity(
                id,
                row.text("generation"),
                row.text("etag"),
                row.flag("enabled"),
                row.optionalText("reason"),
                authentication(row, id.text()),
                row.optionalText("relations")
                        .map(text -> Relations.of(Json.parseObject(text)))
                        .orElse(Relations.NONE),
                row.instant("created"),
                row.instant("status_updated"),
                session.map(DeviceSession::since),
                row.optionalInstant("connection_changed"),
                session.map(DeviceSession::lastActivity).or(() -> stored),
                row.optionalText("model").map(ModelId::of));
    }

    private static Optional<String> relations(DeviceIdentity device) {
        return Optional.of(device.relations())
                .filter(some -> !some.equals(Relations.NONE))
                .map(some -> some.toJson().toString());
    }

    private DeviceAuthentication authentication(Row row, String id) throws SQLException {
        String type = row.text("authentication");
        return switch (type) {
            case "sas" ->
                new Sas(new SymmetricKeys(
                        unseal(row.bytes("primary_key"), id, "primary"),
                        unseal(row.bytes("secondary_key"), id, "secondary")));
            case "selfSigned" ->
                new SelfSigned(
                        row.optionalText("primary_thumbprint").map(Thumbprint::parse),
                        row.optionalText("secondary_thumbprint").map(Thumbprint::parse));
            case "certificateAuthority" -> new CertificateAuthority();
            default -> throw new IllegalStateException("device " + id + " is stored with authentication " + type);
        };
    }

    private Bytes seal(Secret key, String device, String which) {
        return sealer.seal(key, "hub_device/" + device + "/" + which);
    }

    private Secret unseal(Bytes sealed, String device, String which) {
        return sealer.unseal(sealed, "hub_device/" + device + "/" + which);
    }
}
