// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.lab.LabCloud;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Node-RED as a {@link Peer.Program}: a broker connection and an {@code mqtt out} node for each identity, and one function
 * node that makes the readings. A reading is acknowledged when its node says that it is done; what waits is in memory.
 *
 * @param modules where npm has put Node-RED
 */
record NodeRedFlow(Path modules, LabCloud cloud) implements Peer.Program {
    private static final String FUNCTION = "readings";
    private static final int WINDOW = 20; // of an identity, as the other clients'

    /** Begins and ends by the file {@code command}; goes on with an identity when one of its readings was acknowledged. */
    private static final String BEGIN = """
            const fs = global.get('fs'), micros = global.get('micros');
            const count = %1$d, window = %2$d;
            const s = {count, connected: new Set(), under: new Array(count).fill(0), last: new Array(count).fill(0),
                taken: 0, running: false, period: 0, due: 0, each: 0, done: ''};
            s.next = i => {
                s.under[i]++; s.last[i]++; s.taken++;
                const out = new Array(count).fill(null);
                out[i] = {identity: i, payload: '{"stream":' + i + ',"n":' + s.last[i] + ',"at":' + micros() + ',"value":'
                    + (20 + s.last[i] %% 100 / 10) + ',"note":"a reading of the usual size, 100 octets"}'};
                node.send(out);
            };
            s.fill = i => { while (s.running && s.period === 0 && s.under[i] < window) { s.next(i); } };
            s.pace = () => {
                for (let tried = 0; s.running && s.period > 0 && s.due <= micros() && tried < count; tried++) {
                    const i = s.each = (s.each + 1) %% count;
                    if (s.under[i] < window) { s.due += s.period; s.next(i); tried = -1; }
                }
            };
            s.obey = () => {
                const text = fs.existsSync('command') ? fs.readFileSync('command', 'utf8') : '';
                if (!text.endsWith('\\n') || text === s.done) { return; }
                s.done = text;
                const [number, word] = text.trim().split(' ');
                if (word === 'stop') {
                    s.running = false;
                    fs.writeFileSync('taken-' + number, s.taken + '\\n');
                    s.taken = 0;
                } else {
                    s.period = Number(word) > 0 ? 1e6 / Number(word) : 0;
                    s.due = micros();
                    s.running = true;
                    for (let i = 0; i < count; i++) { s.fill(i); }
                }
            };
            setInterval(s.obey, 10);
            setInterval(s.pace, 1);
            context.set('s', s);
            """;

    private static final String ON_MESSAGE = """
            const s = context.get('s');
            if (msg.status) {
                if (msg.status.fill === 'green') { s.connected.add(msg.status.source.id); }
                if (s.connected.size === s.count) { global.get('fs').writeFileSync('ready', ''); }
            } else if (msg.identity !== undefined) {
                s.under[msg.identity]--;
                s.fill(msg.identity);
            }
            """;

    @Override
    public List<String> in(Path folder) throws IOException {
        List<String[]> devices = Files.readAllLines(folder.resolve("devices")).stream()
                .map(line -> line.split("\t"))
                .toList();
        JsonArrayBuilder flow = Json.array();
        JsonObjectBuilder secrets = Json.object();
        JsonArrayBuilder wires = Json.array();
        JsonArrayBuilder outs = Json.array();
        flow.add(node("tab", "tab").add("label", "bench"));
        flow.add(node("tls", "tls-config")
                .add("cert", "")
                .add("key", "")
                .add("ca", cloud.connection().caFile().orElseThrow().toString())
                .add("verifyservercert", true)
                .add("servername", cloud.connection().hub().host()));
        for (int number = 0; number < devices.size(); number++) {
            String[] device = devices.get(number);
            String broker = "broker" + number;
            String out = "out" + number;
            flow.add(broker(broker, device[0]));
            secrets.add(broker, Json.object().add("user", device[2]).add("password", device[3]));
            flow.add(placed(out, "mqtt out")
                    .add("topic", "devices/" + device[0] + "/messages/events/$.ct=application%2Fjson&$.ce=utf-8")
                    .add("qos", "1")
                    .add("retain", "false")
                    .add("broker", broker)
                    .add("wires", Json.array()));
            outs.add(out);
            wires.add(Json.array().add(out));
        }
        var all = outs.build();
        flow.add(placed(FUNCTION, "function")
                .add("outputs", devices.size())
                .add("initialize", BEGIN.formatted(devices.size(), WINDOW))
                .add("func", ON_MESSAGE)
                .add("wires", wires));
        for (String kind : List.of("status", "complete")) {
            flow.add(placed(kind, kind)
                    .add("scope", all)
                    .add("wires", Json.array().add(Json.array().add(FUNCTION))));
        }
        Files.writeString(folder.resolve("flow.json"), flow.build().toString());
        Files.writeString(folder.resolve("flow_cred.json"), secrets.build().toString());
        Files.writeString(
                folder.resolve("settings.js"),
                "process.chdir(__dirname);module.exports={httpAdminRoot:false,httpNodeRoot:false,uiPort:0,uiHost:'127.0.0.1',"
                        + "credentialSecret:false,telemetry:{enabled:false},logging:{console:{level:'warn'}},"
                        + "functionGlobalContext:{fs:require('fs'),"
                        + "micros:()=>Math.round((performance.timeOrigin+performance.now())*1000)}}\n");
        return List.of(
                "node",
                modules.resolve("node_modules/node-red/red.js").toString(),
                "--userDir",
                folder.toString(),
                "--settings",
                folder.resolve("settings.js").toString(),
                folder.resolve("flow.json").toString());
    }

    private JsonObjectBuilder broker(String id, String device) throws IOException {
        return node(id, "mqtt-broker")
                .add("broker", cloud.address().getHostAddress())
                .add("port", Integer.toString(cloud.connection().mqttPort()))
                .add("clientid", device)
                .add("autoConnect", true)
                .add("usetls", true)
                .add("tls", "tls")
                .add("protocolVersion", "4")
                .add("keepalive", "60")
                .add("cleansession", true);
    }

    /** Without a place on its page a node would count as a configuration. */
    private static JsonObjectBuilder placed(String id, String type) {
        return node(id, type).add("z", "tab").add("x", 0).add("y", 0);
    }

    private static JsonObjectBuilder node(String id, String type) {
        return Json.object().add("id", id).add("type", type);
    }
}
