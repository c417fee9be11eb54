// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.support;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes secrets out of what leaves the machine, in two ways: of a configuration only keys that are known to be harmless keep
 * their values, and from every text goes whatever looks like a secret, and whatever stands in a file of secrets here.
 */
final class Redaction {
    static final String HIDDEN = "(hidden)";

    private static final long LARGEST_SECRET = 64 << 10; // a file of keys; a larger one is something else
    private static final int SHORTEST = 4; // what is shorter would take words out of sentences
    /** Keys whose values tell how a site is built, and open no door. */
    private static final Set<String> HARMLESS = Set.of(
            "address",
            "approval",
            "baud",
            "caFile",
            "capacity",
            "certificateFile",
            "check",
            "controlDirectory",
            "dataBits",
            "device",
            "directory",
            "hubPorts",
            "hubTransports",
            "idScope",
            "identity",
            "keyFile",
            "latencyHubs",
            "leaf",
            "leaves",
            "line",
            "metricsAddress",
            "metricsPort",
            "modelId",
            "name",
            "parity",
            "period",
            "port",
            "provisioningHost",
            "provisioningPort",
            "proxyCredentialsFile",
            "registrationId",
            "restingShare",
            "rs485",
            "rs485After",
            "rs485Before",
            "stateFile",
            "stopBits",
            "template",
            "templateDirectory",
            "timelineFile",
            "tokenHost",
            "tokenPort",
            "transports",
            "trustSignerFile",
            "proxy");

    /** What tokens, keys and passwords look like, wherever they stand; the first group, if there is one, stays. */
    private static final List<Pattern> SECRETS = List.of(
            Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)"),
            Pattern.compile(
                    "(?i)((?<![A-Za-z])sig|SharedAccessKey|SharedAccessSignature|AccountKey|primaryKey|secondaryKey|symmetricKey"
                            + "|pass(?:word|phrase|wd)?|pwd|secret|api[_-]?key|token|credential)"
                            + "(?:\\\\?[\"'])?(?:\\s*[=:]\\s*|%3D)(?:\\\\?[\"'])?[^\\s\"'&;,<>}\\\\]+"),
            Pattern.compile(
                    "(?i)((?:Proxy-)?Authorization:?\\s+(?:Basic|Bearer|Negotiate|SharedAccessSignature)?\\s*)[^\\s\"']+"),
            Pattern.compile("(?i)\\b(Basic|Bearer)\\s+[A-Za-z0-9+/=._~-]{8,}"),
            Pattern.compile("(://)[^/?#@\\s\"'<>]+(?=@)"),
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*"),
            // 32 octets and more in base64 or hex: keys, signatures, blobs of a TPM
            Pattern.compile(
                    "(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[A-Z])[A-Za-z0-9+/_-]{42,}={0,2}"),
            Pattern.compile("\\b[0-9a-fA-F]{64,}\\b"));

    private final List<String> known;

    private Redaction(List<String> known) {
        this.known = List.copyOf(known);
    }

    /** @param files with secrets in them; those that cannot be read hold nothing that could be told */
    static Redaction of(List<Path> files) {
        List<String> known = new ArrayList<>();
        for (Path file : files) {
            try {
                if (Files.size(file) <= LARGEST_SECRET) {
                    add(known, Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            } catch (IOException e) {
                continue;
            }
        }
        known.sort((a, b) -> Integer.compare(b.length(), a.length())); // the whole before its parts
        return new Redaction(known);
    }

    /** Each line, each part of a name and password, and what they are in base64. */
    private static void add(List<String> known, String text) {
        for (String line : text.lines().map(String::strip).toList()) {
            for (String part :
                    line.contains(":") ? List.of(line, line.substring(line.indexOf(':') + 1)) : List.of(line)) {
                if (part.length() >= SHORTEST && !part.startsWith("-----")) {
                    known.add(part);
                    known.add(Base64.getEncoder().encodeToString(part.getBytes(StandardCharsets.ISO_8859_1)));
                }
            }
        }
    }

    /** Any text without what looks like a secret, or is known to be one. */
    String text(String text) {
        String clean = text;
        for (String each : known) {
            clean = clean.replace(each, HIDDEN);
        }
        for (Pattern each : SECRETS) {
            clean = each.matcher(clean)
                    .replaceAll(match -> match.groupCount() > 0 && match.group(1) != null
                            ? java.util.regex.Matcher.quoteReplacement(match.group(1)
                                    + (match.group(1).equals("://")
                                                    || match.group(1).endsWith(" ")
                                            ? ""
                                            : "=")
                                    + HIDDEN)
                            : HIDDEN);
        }
        return clean;
    }

    /** A gateway's configuration with the values of harmless keys alone. */
    JsonObject configuration(JsonObject configuration) {
        JsonObjectBuilder shown = Json.object();
        configuration.forEach((pid, section) -> {
            if (section instanceof JsonObject members) {
                JsonObjectBuilder kept = Json.object();
                members.forEach(
                        (key, value) -> kept.add(key, HARMLESS.contains(key) ? value(value) : Json.text(HIDDEN)));
                shown.add(text(pid), kept);
            } else {
                shown.add(text(pid), HIDDEN);
            }
        });
        return shown.build();
    }

    private JsonValue value(JsonValue value) {
        return switch (value) {
            case JsonString string -> Json.text(text(string.getString()));
            case JsonArray array -> {
                var all = Json.array();
                array.forEach(each -> all.add(value(each)));
                yield all.build();
            }
            case JsonObject _ -> Json.text(HIDDEN);
            default -> value;
        };
    }

    static String harmless() {
        return HARMLESS.stream().sorted().collect(Collectors.joining(", "));
    }
}
