// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.line;

import io.postern.lab.Child;
import io.postern.lab.LabException;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program that asks unit 1 for four registers as fast as it can. */
sealed interface Poller {
    String name();

    /** Starts it in {@code directory}, which is empty, on a port that is set to 8E1 as far as the program can. */
    Child start(Path directory, Path port, int baud) throws IOException, LabException;

    /** Our line and our driver, with the flags of the gateway's JVM. */
    record Postern(Path root, List<String> flags) implements Poller {
        @Override
        public String name() {
            return "Postern";
        }

        @Override
        public Child start(Path directory, Path port, int baud) throws IOException {
            var fields = Json.object();
            var contents = Json.array();
            for (int i = 0; i < 4; i++) {
                fields.add("r" + i, "holding:" + i + ":u16");
                contents.add(Json.object()
                        .add("@type", "Telemetry")
                        .add("name", "r" + i)
                        .add("schema", "integer"));
            }
            Path template = Files.writeString(
                    directory.resolve("ideal-unit.json"),
                    Json.pretty(Json.object()
                            .add("template", "ideal-unit")
                            .add("title", "A unit that loses no time")
                            .add("dataSheet", "none, of the bench")
                            .add("driver", "modbus")
                            .add(
                                    "model",
                                    Json.object()
                                            .add("@context", "dtmi:dtdl:context;2")
                                            .add("@id", "dtmi:io:postern:bench:ideal;1")
                                            .add("@type", "Interface")
                                            .add("displayName", "Ideal unit")
                                            .add("contents", contents))
                            .add("report", Json.object().add("period", "1s"))
                            .add(
                                    "mapping",
                                    Json.object()
                                            .add("timeout", "500ms")
                                            .add("turnaround", (baud > 9600 ? 2 : 4) + "ms")
                                            .add("fields", fields))
                            .build()));
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(flags);
            command.addAll(List.of(
                    "-cp",
                    jars(),
                    "io.postern.gateway.serial.LinePoll",
                    "io.postern.gateway.modbus.ModbusDriver",
                    template.toString(),
                    "unit:1",
                    port.toString(),
                    Integer.toString(baud),
                    "even"));
            return Child.start(name(), directory.resolve("log"), Map.of("MALLOC_ARENA_MAX", "1"), List.copyOf(command));
        }

        private String jars() throws IOException {
            try (var files = Files.walk(root.resolve("features/gateway/target/feature/repository"))) {
                return String.join(
                        ":",
                        files.map(Path::toString)
                                .filter(file -> file.endsWith(".jar"))
                                .toList());
            }
        }
    }

    /** Debian's collectd with its modbus plug-in, which is libmodbus. */
    record Collectd() implements Poller {
        private static final int LISTED = 50; // questions of one round, so that its own round costs little

        static boolean isThere() {
            return Files.exists(Path.of("/usr/lib/collectd/modbus.so"));
        }

        @Override
        public String name() {
            return "collectd";
        }

        @Override
        public Child start(Path directory, Path port, int baud) throws IOException {
            var data = new StringBuilder();
            var collect = new StringBuilder();
            for (int i = 0; i < LISTED; i++) {
                data.append("""
                        <Data "d%d">
                          RegisterBase 0
                          RegisterType Uint64
                          RegisterCmd ReadHolding
                          Type gauge
                          Instance "d%d"
                        </Data>
                        """.formatted(i, i));
                collect.append("Collect \"d").append(i).append("\"\n");
            }
            Path configuration = Files.writeString(
                    directory.resolve("collectd.conf"), """
                    Hostname "bench"
                    FQDNLookup false
                    BaseDir "%s"
                    PIDFile "%s/pid"
                    ReadThreads 1
                    LoadPlugin modbus
                    <Plugin modbus>
                    %s
                    <Host "bench">
                      Device "%s"
                      Baudrate %d
                      Interval 0.001
                      <Slave 1>
                        Instance "unit"
                        %s
                      </Slave>
                    </Host>
                    </Plugin>
                    """.formatted(directory, directory, data, port, baud, collect));
            return Child.start(
                    name(),
                    directory.resolve("log"),
                    Map.of(),
                    List.of("/usr/sbin/collectd", "-f", "-C", configuration.toString()));
        }
    }

    /** Node-RED with node-red-contrib-modbus: each answer asks again, two such loops keep its queue filled. */
    record NodeRed(Path modules) implements Poller {
        private static final String FLOW = """
                [{"id":"tab","type":"tab","label":"bench"},
                 {"id":"client","type":"modbus-client","name":"wire","clienttype":"serial","bufferCommands":true,
                  "stateLogEnabled":false,"queueLogEnabled":false,"failureLogEnabled":false,
                  "serialPort":"%s","serialType":"RTU-BUFFERD","serialBaudrate":"%d","serialDatabits":"8",
                  "serialStopbits":"1","serialParity":"even","serialConnectionDelay":"100","serialAsciiResponseStartDelimiter":"0x3A",
                  "unit_id":"1","commandDelay":"1","clientTimeout":"1000","reconnectOnTimeout":true,
                  "reconnectTimeout":"2000","parallelUnitIdsAllowed":false},
                 %s]
                """;
        private static final String LOOP = """
                {"id":"in%1$d","type":"inject","z":"tab","once":true,"onceDelay":"1","repeat":"","props":[{"p":"payload"}],
                 "payload":"","payloadType":"str","wires":[["ask%1$d"]]},
                {"id":"ask%1$d","type":"function","z":"tab","outputs":1,
                 "func":"msg.payload={fc:3,unitid:1,address:0,quantity:4};return msg;","wires":[["get%1$d"]]},
                {"id":"get%1$d","type":"modbus-flex-getter","z":"tab","server":"client","showStatusActivities":false,
                 "showErrors":true,"showWarnings":false,"logIOActivities":false,"useIOFile":false,"ioFile":"","useIOForPayload":false,
                 "emptyMsgOnFail":true,"keepMsgProperties":false,"wires":[["ask%1$d"],[]]}""";

        @Override
        public String name() {
            return "Node-RED";
        }

        @Override
        public Child start(Path directory, Path port, int baud) throws IOException {
            Files.createSymbolicLink(directory.resolve("node_modules"), modules.resolve("node_modules"));
            Files.writeString(directory.resolve("package.json"), """
                    {"name":"bench","private":true,"dependencies":{"node-red-contrib-modbus":"*"}}
                    """);
            Files.writeString(
                    directory.resolve("settings.js"),
                    "module.exports={httpAdminRoot:false,httpNodeRoot:false,uiPort:0,uiHost:'127.0.0.1',"
                            + "telemetry:{enabled:false},logging:{console:{level:'warn'}}}\n");
            Path flow = Files.writeString(
                    directory.resolve("flow.json"),
                    FLOW.formatted(port, baud, LOOP.formatted(1) + "," + LOOP.formatted(2)));
            return Child.start(
                    name(),
                    directory.resolve("log"),
                    Map.of(),
                    List.of(
                            "node",
                            modules.resolve("node_modules/node-red/red.js").toString(),
                            "--userDir",
                            directory.toString(),
                            "--settings",
                            directory.resolve("settings.js").toString(),
                            flow.toString()));
        }
    }
}
