// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.SimulatedInstrument;
import io.postern.lab.sim.modbus.SocketPort;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.Templates;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Space;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What hangs on the lines of a gateway: two meters of a shipped type on a paced wire, and behind a terminal server an
 * instrument that takes orders. Each meter shows the number of its individual as {@link #MARK}, so that what is
 * published can be told from where it came.
 */
final class Cabinet implements AutoCloseable {
    static final DeviceId METER = DeviceId.of("hall-1");
    static final DeviceId NEIGHBOUR = DeviceId.of("hall-2");
    static final DeviceId VALVE = DeviceId.of("valve-1");
    /** A sensor of its own in the plant's network. */
    static final DeviceId CLIMATE = DeviceId.of("climate-1");

    static final String MODEL = "dtmi:io:postern:sensor:eastron:sdm120;1";
    static final String MARK = "apparentPower";
    static final int NEIGHBOURS_NUMBER = 8;

    private static final String TYPE = "eastron-sdm120";
    private static final int MARK_ADDRESS = 18; // of the template; two input registers
    private static final int UNIT = 7;
    private static final int NEIGHBOURS_UNIT = 8;
    private static final int BAUD = 19200;
    private static final String SECRET = "of-a-sensor-in-the-hall";
    private static final int SENSOR_PORT = 1883;
    private static final long SOON_SECONDS = 20;
    private static final PlannedFault UNSCREWED = PlannedFault.parse(UNIT + "/mute");

    private final TemplateInstruments meters;
    private final SimulatedBus hall;
    private final PtyBus wire;
    private final SimulatedBus valves;
    private final SocketPort terminalServer;
    private final Path secrets;
    private final String address;
    private int present = UNIT;

    /** @param valve the template of the instrument that takes orders */
    Cabinet(Path directory, String address, Path valve) throws Exception {
        this.address = address;
        this.secrets = directory.resolve("sensors");
        Files.createFile(secrets, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secrets, "hall " + SECRET + "\n");
        meters = TemplateInstruments.of(Templates.shipped().read(TYPE));
        hall = new SimulatedBus(System.nanoTime(), new SplittableRandom(1))
                .put(NEIGHBOURS_UNIT, _ -> meter(NEIGHBOURS_NUMBER));
        hang(UNIT);
        CharacterFormat format = CharacterFormat.parse(BAUD, "8N1");
        wire = PtyBus.open(PtyBus.Wiring.HALF_DUPLEX, directory.resolve("hall"));
        wire.attach(hall.station(Framing.RTU, format), format);
        valves = new SimulatedBus(System.nanoTime(), new SplittableRandom(1))
                .put(1, TemplateInstruments.of(Templates.readFile(valve)));
        terminalServer = SocketPort.open(valves, Framing.RTU, new InetSocketAddress(address, 0));
    }

    static List<DeviceId> leaves() {
        return List.of(METER, NEIGHBOUR, VALVE);
    }

    /** What a technician adds to the gateway's configuration for it. */
    JsonObject configuration(String valve) {
        return Json.object()
                .add(
                        "io.postern.gateway.serial~hall",
                        Json.object()
                                .add("name", "hall")
                                .add("port", wire.port(0).toString())
                                .add("baud", BAUD)
                                .add("restingShare", 50)) // so that what was mute is soon tried again
                .add(
                        "io.postern.gateway.serial~valves",
                        Json.object()
                                .add("name", "valves")
                                .add(
                                        "port",
                                        "tcp://" + terminalServer.address().getHostString() + ":"
                                                + terminalServer.address().getPort()))
                .add("io.postern.gateway.leaf~" + METER, leaf(METER, TYPE, "hall", UNIT))
                .add("io.postern.gateway.leaf~" + NEIGHBOUR, leaf(NEIGHBOUR, TYPE, "hall", NEIGHBOURS_UNIT))
                .add("io.postern.gateway.leaf~" + VALVE, leaf(VALVE, valve, "valves", 1))
                .add(
                        "io.postern.gateway.ip",
                        Json.object()
                                .add("listen", address)
                                .add("port", SENSOR_PORT)
                                .add("plain", true)
                                .add("credentialsFile", secrets.toString()))
                .add(
                        "io.postern.gateway.leaf~" + CLIMATE,
                        Json.object()
                                .add("leaf", CLIMATE.text())
                                .add("template", "mqtt-climate")
                                .add("address", "hall"))
                .build();
    }

    private static JsonObjectBuilder leaf(DeviceId leaf, String template, String line, int unit) {
        return Json.object()
                .add("leaf", leaf.text())
                .add("template", template)
                .add("line", line)
                .add("address", "unit:" + unit)
                .add("period", "500ms");
    }

    /** The individual that hangs in the meter's place. */
    int present() {
        return present;
    }

    static String serialOf(int individual) {
        return Integer.toString(20_240_000 + individual);
    }

    /** Takes the meter off the line. */
    void unscrew() {
        hall.add(UNSCREWED);
    }

    /** Puts the next meter of the same type and address in its place, with another serial number; says its number. */
    int screwOnAnother() {
        hang(present + 1000);
        hall.remove(UNSCREWED);
        return present;
    }

    private void hang(int individual) {
        hall.put(UNIT, _ -> meter(individual));
        present = individual;
    }

    private SimulatedInstrument meter(int individual) {
        var meter = meters.make(individual);
        int bits = Float.floatToIntBits(individual);
        meter.image().put(Space.INPUT, MARK_ADDRESS, bits >>> 16, bits & 0xFFFF);
        return meter;
    }

    /** Lets the sensor with a network of its own say something at QoS 1; whether that was acknowledged. */
    boolean publish(String message) throws IOException, InterruptedException {
        Process sensor = new ProcessBuilder(
                        "mosquitto_pub",
                        "-h",
                        address,
                        "-p",
                        Integer.toString(SENSOR_PORT),
                        "-i",
                        "board-1",
                        "-u",
                        "hall",
                        "-P",
                        SECRET,
                        "-q",
                        "1",
                        "-t",
                        "leaf/hall",
                        "-m",
                        message)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!sensor.waitFor(SOON_SECONDS, TimeUnit.SECONDS)) {
            sensor.destroyForcibly();
            return false;
        }
        return sensor.exitValue() == 0;
    }

    /** What stands in a register of the valve. */
    int valveRegister(int address) {
        var found = new AtomicInteger();
        valves.change(
                1, valve -> found.set(valve.image().at(Space.HOLDING, address).orElseThrow()));
        return found.get();
    }

    @Override
    public void close() throws IOException {
        wire.close();
        terminalServer.close();
    }
}
