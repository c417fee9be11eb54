// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.StateStore;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A gateway's disk, its configurations and its way home, in simulated time. What runs is lost at a start, what is stored stays;
 * the power can be cut before or after each write.
 */
final class KeeperSite implements Configurations, StateStore {
    static final String LINE = "io.postern.gateway.serial~main";
    static final String LEAF = "io.postern.gateway.leaf~meter-1";
    static final String GATEWAY = "io.postern.gateway";

    final MovableClock clock = MovableClock.at("2026-05-01T08:00:00Z");
    final List<Map<String, JsonObject>> handed = new ArrayList<>();
    Exchanges exchanges = new Exchanges(this::nanos);
    SettingsKeeper keeper = keeper();
    Delivery delivery = new Delivery.Done();
    boolean home = true;
    boolean provisioned = true;
    boolean readings = true;
    boolean diskFull;
    int cutAt; // counted from 1; 0 for never
    int steps;

    private final Map<String, JsonObject> disk = new HashMap<>();
    private Map<String, JsonObject> running = Map.of();
    private long nanos = Duration.ofDays(3).toNanos();
    private long read;

    /** An Error, so that no handler of the product can go on after it. */
    static final class Off extends Error {
        private static final long serialVersionUID = 1L;
    }

    long nanos() {
        return nanos;
    }

    private SettingsKeeper keeper() {
        return new SettingsKeeper(this, this, this::leaves, exchanges, clock, this::nanos);
    }

    /** As after a power cut: nothing of what ran is left. */
    KeeperSite start() throws IOException {
        nanos = nanos % 1_000_003; // another boot, another zero
        running = base();
        exchanges = new Exchanges(this::nanos);
        keeper = keeper();
        keeper.begin();
        return this;
    }

    /** Goes through {@code time} second by second. */
    void pass(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            nanos += 1_000_000_000L;
            clock.advance(Duration.ofSeconds(1));
            if (provisioned && exchanges.isProvisioningDemanded() && delivery instanceof Delivery.Done) {
                exchanges.succeeded(Exchanges.Kind.PROVISIONED);
                disk.put(Assignment.FACT, Json.parseObject("{\"hub\":\"strange.example\"}"));
            }
            if (home && delivery instanceof Delivery.Done) {
                exchanges.reported(exchanges.demanded());
            }
            if (readings) {
                read++;
            }
            keeper.step();
        }
    }

    JsonObject running(String pid) {
        return running.getOrDefault(pid, Json.object().build());
    }

    String outcome() {
        return Json.object(keeper.report(), "last")
                .map(last -> last.getString("change") + " " + last.getString("outcome"))
                .orElse("none");
    }

    String reason() {
        return keeper.report().getJsonObject("last").getString("reason");
    }

    boolean isOnTrial() {
        return !keeper.report().getString("trial").isEmpty();
    }

    @Override
    public Map<String, JsonObject> base() {
        return new TreeMap<>(Map.of(
                LINE, Json.parseObject("{\"name\":\"main\",\"port\":\"/dev/ttyUSB0\",\"baud\":9600}"),
                LEAF, Json.parseObject("{\"leaf\":\"meter-1\",\"line\":\"main\",\"template\":\"x\",\"period\":\"5s\"}"),
                GATEWAY, Json.parseObject("{\"idScope\":\"0ne1\",\"provisioningHost\":\"p.example\"}")));
    }

    @Override
    public Optional<Set<String>> keys(String pid) {
        return switch (SettingsRules.family(pid)) {
            case SettingsRules.LINE -> Optional.of(Set.of("name", "port", "baud", "parity", "restingShare"));
            case SettingsRules.LEAF -> Optional.of(Set.of("leaf", "line", "template", "period", "address", "check"));
            case SettingsRules.GATEWAY ->
                Optional.of(Set.of("idScope", "provisioningHost", "proxy", "tokenHost", "identity", "keyFile"));
            default -> Optional.empty();
        };
    }

    @Override
    public void check(String pid, JsonObject values) {
        if (values.getInt("baud", 9600) > 4_000_000) {
            throw new IllegalArgumentException("baud: 50 to 4000000, not " + values.getInt("baud"));
        }
    }

    @Override
    public void apply(Map<String, JsonObject> before, Map<String, JsonObject> after) {
        running = Map.copyOf(after);
        handed.add(running);
    }

    @Override
    public Delivery delivery(Set<String> pids, Map<String, JsonObject> after) {
        return delivery;
    }

    private List<LeafOffice.Entry> leaves() {
        return List.of(new LeafOffice.Entry(
                DeviceId.of("meter-1"),
                "live",
                "",
                Instant.EPOCH,
                "x",
                "dtmi:x;1",
                "main",
                "unit:1",
                Optional.empty(),
                Optional.empty(),
                "",
                Optional.of(Instant.ofEpochSecond(read)),
                Optional.empty()));
    }

    @Override
    public Optional<JsonObject> read(String name) {
        return Optional.ofNullable(disk.get(name));
    }

    @Override
    public void write(String name, JsonObject fact) throws IOException {
        step();
        if (diskFull) {
            throw new IOException("no space left on device");
        }
        disk.put(name, fact);
        step();
    }

    @Override
    public void remove(String name) {
        disk.remove(name);
    }

    private void step() {
        steps++;
        if (steps == cutAt) {
            throw new Off();
        }
    }
}
