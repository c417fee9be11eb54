// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.ctl.CloudConnection;
import io.postern.lab.sim.PymodbusServer;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** Writes the gateway's configuration as a technician would: one Configurator JSON file. */
record GatewayConfiguration(
        CloudConnection cloud,
        JsonArray hubPorts,
        String tpmDevice,
        Path directory,
        Path serialPort,
        int baud,
        LabLeaves leaves,
        Path templates) {
    private static final double READS_PER_SECOND =
            14; // of one meter at 19200 baud, with room for what has to be repeated

    Path timeline() {
        return directory.resolve("timeline.jsonl");
    }

    JsonObject toJson() {
        JsonObjectBuilder json = Json.object()
                .add("io.postern.gateway", core())
                .add("io.postern.gateway.tpm", Json.object().add("device", tpmDevice))
                .add("io.postern.gateway.store", Json.object().add("directory", directory.toString()))
                .add(
                        "io.postern.gateway.serial~main",
                        Json.object()
                                .add("name", "main")
                                .add("port", serialPort.toString())
                                .add("baud", baud)
                                .add("dataBits", 8)
                                // a pseudo-terminal has no parity bit and refuses to be opened twice with one
                                .add("parity", "none")
                                .add("stopBits", 2));
        IntStream.rangeClosed(1, leaves.meters())
                .forEach(unit -> json.add("io.postern.gateway.leaf~" + LabLeaves.meter(unit), meter(unit)));
        IntStream.rangeClosed(1, leaves.pins())
                .forEach(pin -> json.add("io.postern.gateway.leaf~" + LabLeaves.pin(pin), pin(pin)));
        return json.build();
    }

    private JsonObjectBuilder core() {
        return Json.object()
                .add("idScope", cloud.idScope().orElseThrow())
                .add("provisioningHost", cloud.provisioningHost().orElseThrow())
                .add("provisioningPort", cloud.httpsPort())
                .add("tokenHost", cloud.tokenHost().orElseThrow())
                .add("tokenPort", cloud.httpsPort())
                .add("caFile", caFile())
                .add("hubPorts", hubPorts)
                .add("templateDirectory", templates.toString())
                .add("timelineFile", timeline().toString())
                .add("stateFile", directory.resolve("state.json").toString());
    }

    private String caFile() {
        return cloud.caFile().orElseThrow().toString();
    }

    private JsonObjectBuilder meter(int unit) {
        long period = Math.max(1000, Math.round(leaves.meters() / READS_PER_SECOND * 1000));
        return Json.object()
                .add("leaf", LabLeaves.meter(unit).text())
                .add("template", PymodbusServer.TEMPLATE)
                .add("line", "main")
                .add("address", "unit:" + unit)
                .add("period", period + "ms");
    }

    private JsonObjectBuilder pin(int pin) {
        return Json.object()
                .add("leaf", LabLeaves.pin(pin).text())
                .add("template", "door-contact")
                .add("address", "mock:" + pin + "@700ms")
                .add("period", "1s");
    }
}
