// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.onewire;

import io.postern.gateway.gpio.bus.BusOwners;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.onewire.OneWireMap;
import io.postern.sensor.onewire.Scratchpad;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.TreeMap;

/** One thermometer, read by its bus's thread alone. */
final class Thermometer implements BusOwners.Reader {
    private static final int LONGEST = 256; // octets of a file; the kernel writes 75

    private final Path devices;
    private final String address;
    private final OneWireMap map;

    Thermometer(Path devices, String address, OneWireMap map) {
        this.devices = devices;
        this.address = address;
        this.map = map;
    }

    @Override
    public Observation read() throws IOException {
        var values = new LinkedHashMap<String, Measurement>();
        try {
            values.put(map.field(), new Measurement.Quantity(celsius()));
        } catch (IOException e) {
            throw new IOException(address + ": " + e.getMessage(), e);
        }
        return new Observation(values);
    }

    /** By the file with all nine octets, whose check sum can be checked; where a driver has none, by the kernel's number. */
    private double celsius() throws IOException {
        Path directory = present();
        Path octets = directory.resolve("w1_slave");
        if (Files.exists(octets)) {
            return Scratchpad.parse(text(octets)).celsius();
        }
        return Scratchpad.celsius(text(directory.resolve("temperature")));
    }

    private Path present() throws IOException {
        if (!Files.isDirectory(devices)) {
            throw new IOException(
                    "the kernel has no 1-Wire bus: load w1-gpio and w1-therm; " + devices + " is missing");
        }
        Path directory = devices.resolve(address);
        if (!Files.isDirectory(directory)) {
            throw new IOException("the bus does not see it; ls " + devices + " shows which there are");
        }
        return directory;
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            throw new IOException("it went away while it was read, or w1-therm is not loaded: no " + file, e);
        }
    }

    Fingerprint identify() throws IOException {
        present();
        var facts = new TreeMap<String, String>();
        facts.put("serial", address);
        facts.put("product", OneWireMap.FAMILIES.getOrDefault(map.family(), map.family()));
        return new Fingerprint(facts);
    }
}
