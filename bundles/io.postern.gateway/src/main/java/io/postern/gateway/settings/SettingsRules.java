// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What may be changed while the gateway runs, and what has to go well before it is kept. Pure. */
final class SettingsRules {
    static final String GATEWAY = "io.postern.gateway";
    static final String LEAF = "io.postern.gateway.leaf";
    static final String LINE = "io.postern.gateway.serial";

    /** Who the gateway is and where its memory lies: changed by whoever stands before it, in its file. */
    private static final Set<String> NEVER_PIDS = Set.of("io.postern.gateway.tpm", "io.postern.gateway.store");

    private static final Set<String> NEVER_KEYS = Set.of("identity", "registrationId");
    /** Harm nothing but themselves. */
    private static final Map<String, Set<String>> HARMLESS =
            Map.of(LEAF, Set.of("period", "check"), LINE, Set.of("restingShare"));

    private static final Set<String> WAY_TO_PROVISIONING =
            Set.of("idScope", "provisioningHost", "provisioningPort", "transports", "proxy");
    private static final Set<String> WAY_TO_TOKENS =
            Set.of("tokenHost", "tokenPort", "proxy", "hubTransports", "hubPorts", "amqpAbove");

    private SettingsRules() {}

    /** The part of a PID before the {@code ~}. */
    static String family(String pid) {
        int tilde = pid.indexOf('~');
        return tilde < 0 ? pid : pid.substring(0, tilde);
    }

    /** @throws IllegalArgumentException when {@code edit} touches what nobody may change from afar */
    static void refuseForbidden(SettingsChange.Edit edit, Optional<JsonObject> before) {
        String pid = edit.pid();
        if (!pid.matches("io\\.postern\\.gateway[a-z.]*(~[A-Za-z0-9._-]{1,64})?")) {
            throw new IllegalArgumentException(Shown.of(pid) + ": not the name of a gateway's configuration");
        }
        if (NEVER_PIDS.contains(family(pid))) {
            throw new IllegalArgumentException(pid + ": changed in the gateway's own file only");
        }
        if (edit.remove() && !pid.contains("~")) {
            throw new IllegalArgumentException(pid + ": one of a kind, and the gateway needs it");
        }
        Set<String> keys = new HashSet<>(edit.set().keySet());
        keys.addAll(edit.forget());
        for (String key : keys) {
            if (NEVER_KEYS.contains(key) || isPath(key)) {
                throw new IllegalArgumentException(
                        pid + ": " + Shown.of(key) + " is changed in the gateway's own file only");
            }
        }
        boolean renames = family(pid).equals(LEAF)
                && keys.contains("leaf")
                && before.isPresent()
                && !Optional.ofNullable(edit.set().get("leaf"))
                        .equals(Optional.ofNullable(before.get().get("leaf")));
        if (renames) {
            throw new IllegalArgumentException(
                    pid + ": a leaf keeps its identity; remove this configuration and add one for the other leaf");
        }
    }

    /** A key that names a file would let others read or write anything on this machine. */
    private static boolean isPath(String key) {
        return key.endsWith("File") || key.endsWith("Directory") || key.equals("directory");
    }

    /** What must go well after the configurations have changed so. */
    static Set<Proof> needs(Map<String, JsonObject> before, Map<String, JsonObject> after) {
        var needs = EnumSet.noneOf(Proof.class);
        for (String pid : Overlay.differences(before, after)) {
            JsonObject then = before.getOrDefault(pid, JsonValue.EMPTY_JSON_OBJECT);
            needs.addAll(needs(family(pid), changedKeys(then, after.getOrDefault(pid, JsonValue.EMPTY_JSON_OBJECT))));
        }
        return needs;
    }

    private static Set<Proof> needs(String family, Set<String> keys) {
        var needs = EnumSet.noneOf(Proof.class);
        if (HARMLESS.getOrDefault(family, Set.of()).containsAll(keys)) {
            return needs;
        }
        needs.add(Proof.REPORT);
        if (family.equals(LEAF) || family.equals(LINE)) {
            needs.add(Proof.READINGS);
        }
        if (family.equals(GATEWAY) && keys.stream().anyMatch(WAY_TO_PROVISIONING::contains)) {
            needs.add(Proof.PROVISIONING);
        }
        if (family.equals(GATEWAY) && keys.stream().anyMatch(WAY_TO_TOKENS::contains)) {
            needs.add(Proof.LEAF_SESSION);
        }
        return needs;
    }

    private static Set<String> changedKeys(JsonObject before, JsonObject after) {
        Set<String> keys = new HashSet<>(before.keySet());
        keys.addAll(after.keySet());
        keys.removeIf(key -> Optional.ofNullable(before.get(key)).equals(Optional.ofNullable(after.get(key))));
        return keys;
    }

    /** The lines whose configurations differ, by the name that leaves choose them by. */
    static Set<String> changedLines(Map<String, JsonObject> before, Map<String, JsonObject> after) {
        Set<String> lines = new HashSet<>();
        for (String pid : Overlay.differences(before, after)) {
            if (family(pid).equals(LINE)) {
                lines.add(Json.text(before.getOrDefault(pid, JsonValue.EMPTY_JSON_OBJECT), "name")
                        .orElse("main"));
                lines.add(Json.text(after.getOrDefault(pid, JsonValue.EMPTY_JSON_OBJECT), "name")
                        .orElse("main"));
            }
        }
        return lines;
    }
}
