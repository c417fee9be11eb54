// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.LabException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** What {@link RawPrimitives} measured on this machine, in microseconds each. */
record RawCost(Map<Primitive, Double> microseconds) {

    /** Measures, for about ten seconds, in a JVM like the service's. */
    static RawCost measure() throws IOException, LabException, InterruptedException {
        String java = ProcessHandle.current().info().command().orElse("java");
        Process process = new ProcessBuilder(List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RawPrimitives.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new LabException("the measurement of the raw primitives ended with " + process.exitValue());
        }
        Map<Primitive, Double> found = new EnumMap<>(Primitive.class);
        printed.lines()
                .map(line -> line.split(" "))
                .forEach(words -> found.put(Primitive.valueOf(words[0]), Double.parseDouble(words[1])));
        return new RawCost(found);
    }

    double ofTpmRegistration() {
        return sum(Primitive::perTpmRegistration);
    }

    double ofKeyRegistration() {
        return sum(Primitive::perKeyRegistration);
    }

    private double sum(ToIntFunction<Primitive> times) {
        return microseconds.entrySet().stream()
                .mapToDouble(entry -> times.applyAsInt(entry.getKey()) * entry.getValue())
                .sum();
    }
}
