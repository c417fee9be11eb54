// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.launcher.Configuration;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a gateway's configuration the doctor looks at.
 *
 * @param identity how the gateway proves itself
 * @param hub the hub's likely name: it is told at provisioning, but with our own cloud it stands beside the others
 */
record GatewayFile(
        String tpmDevice,
        Identity identity,
        Optional<Path> stateFile,
        List<SerialPort> serialPorts,
        Optional<Path> directory,
        Server provisioning,
        Optional<Server> tokens,
        Optional<Server> hub,
        Optional<Proxy> proxy,
        Optional<Path> templates,
        List<LeafFile> leaves,
        Optional<Path> controlDirectory) {

    /**
     * @param kind as the key {@code identity} names it
     * @param certificate and {@code key} are files, where the kind has them
     */
    record Identity(String kind, Optional<Path> certificate, Optional<Path> key) {
        boolean needsTpm() {
            return kind.equals("tpm") || kind.equals("x509-tpm");
        }
    }

    record SerialPort(String line, Path path) {}

    /** @param credentials a file with {@code user:password} */
    record Proxy(URI address, Optional<Path> credentials) {}

    /** What is said of a leaf, as far as it can be looked at from here. */
    record LeafFile(String name, String template, String address) {}

    record Server(String host, int port, Optional<Path> caFile) {}

    /**
     * @param device the folder that the factory made for this gateway
     * @throws IOException when a file cannot be read or the two disagree
     * @throws IllegalArgumentException saying what is missing or malformed
     */
    static GatewayFile read(Path file, Optional<Path> device) throws IOException {
        JsonObject json = Json.parseObject(Configuration.read(file, device));
        JsonObject core = Json.object(json, "io.postern.gateway")
                .orElseThrow(() -> new IllegalArgumentException("it has no section \"io.postern.gateway\""));
        String provisioningHost = Json.requireText(core, "provisioningHost");
        Optional<Path> ca = path(core, "caFile");
        return new GatewayFile(
                Json.text(section(json, "io.postern.gateway.tpm"), "device").orElse("dev:/dev/tpmrm0"),
                new Identity(
                        Json.text(core, "identity").orElse("tpm"),
                        path(core, "certificateFile"),
                        path(core, "keyFile")),
                path(core, "stateFile"),
                serialPorts(json),
                path(section(json, "io.postern.gateway.store"), "directory"),
                new Server(provisioningHost, port(core, "provisioningPort", 443), ca),
                Json.text(core, "tokenHost").map(host -> new Server(host, port(core, "tokenPort", 443), ca)),
                likelyHub(provisioningHost).map(host -> new Server(host, mqttPort(core), ca)),
                proxy(core),
                path(core, "templateDirectory"),
                leaves(json),
                path(core, "controlDirectory"));
    }

    /** The last that names one, as {@code mqtt:8883}. */
    private static int mqttPort(JsonObject core) {
        int port = 8883;
        for (String key : List.of("hubPorts", "hubTransports")) {
            JsonArray ports = core.get(key) instanceof JsonArray array ? array : JsonValue.EMPTY_JSON_ARRAY;
            for (JsonValue each : ports) {
                boolean named =
                        each instanceof JsonString text && text.getString().matches("mqtt:[0-9]{1,5}");
                port = named ? Integer.parseInt(((JsonString) each).getString().substring(5)) : port;
            }
        }
        return port;
    }

    private static Optional<String> likelyHub(String provisioningHost) {
        return provisioningHost.startsWith("provisioning.")
                ? Optional.of("hub." + provisioningHost.substring("provisioning.".length()))
                : Optional.empty();
    }

    private static Optional<Proxy> proxy(JsonObject core) {
        Optional<String> text = Json.text(core, "proxy").filter(url -> !url.isBlank());
        return text.map(url -> {
            URI address = URI.create(url);
            if (address.getHost() == null || address.getPort() < 1) {
                throw new IllegalArgumentException("proxy: a URL with host and port is needed, as in http://host:3128");
            }
            return new Proxy(address, path(core, "proxyCredentialsFile"));
        });
    }

    private static List<LeafFile> leaves(JsonObject json) {
        return json.keySet().stream()
                .filter(pid -> pid.startsWith("io.postern.gateway.leaf~"))
                .map(pid -> {
                    JsonObject leaf = section(json, pid);
                    return new LeafFile(
                            pid.substring(pid.indexOf('~') + 1),
                            Json.text(leaf, "template").orElse(""),
                            Json.text(leaf, "address").orElse(""));
                })
                .toList();
    }

    private static List<SerialPort> serialPorts(JsonObject json) {
        List<SerialPort> ports = new ArrayList<>();
        for (String pid : json.keySet()) {
            if (pid.startsWith("io.postern.gateway.serial~")) {
                String line = pid.substring(pid.indexOf('~') + 1);
                Path port = path(section(json, pid), "port")
                        .orElseThrow(
                                () -> new IllegalArgumentException("the section \"" + pid + "\" names no \"port\""));
                ports.add(new SerialPort(line, port));
            }
        }
        return ports;
    }

    private static JsonObject section(JsonObject json, String pid) {
        return Json.object(json, pid).orElseGet(() -> Json.object().build());
    }

    private static Optional<Path> path(JsonObject section, String key) {
        return Json.text(section, key).filter(text -> !text.isBlank()).map(Path::of);
    }

    private static int port(JsonObject section, String key, int usual) {
        return section.get(key) instanceof JsonNumber number ? number.intValue() : usual;
    }
}
