// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.ctl.CloudConnection;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A gateway process and what it has told of its way so far. */
public final class LabGateway implements AutoCloseable {
    private final Child child;
    private final Path timeline;
    private final long already;

    private LabGateway(Child child, Path timeline) throws IOException {
        this.child = child;
        this.timeline = timeline;
        this.already = lines(timeline).size(); // of earlier starts on the same state
    }

    /**
     * Starts a gateway on a directory of its own; an empty one is a gateway that has never been provisioned.
     *
     * @param configuration as a technician would write it
     * @param timeline the file of milestones it names
     */
    public static LabGateway start(
            Path root, CloudConnection cloud, Path state, JsonObject configuration, Path timeline) throws LabException {
        try {
            Files.createDirectories(state);
            Path file = Files.writeString(state.resolve("gateway.json"), Json.pretty(configuration));
            return start(root, cloud, file, Optional.empty(), timeline);
        } catch (IOException e) {
            throw new LabException("the gateway does not start: " + e.getMessage(), e);
        }
    }

    /**
     * Starts a gateway on a configuration that is there already; its state is kept beside it.
     *
     * @param device the folder that the factory made for it
     */
    public static LabGateway start(
            Path root, CloudConnection cloud, Path configuration, Optional<Path> device, Path timeline)
            throws LabException {
        List<String> arguments = new ArrayList<>(List.of(
                "--config",
                configuration.toString(),
                "--state",
                configuration.resolveSibling("").toString(),
                "--hosts",
                cloud.hostsFile().orElseThrow().toString()));
        device.ifPresent(folder -> arguments.addAll(List.of("--device", folder.toString())));
        try {
            Child child = Child.verb(
                    root, "gateway", configuration.resolveSibling("gateway.log"), arguments.toArray(String[]::new));
            return new LabGateway(child, timeline);
        } catch (IOException e) {
            throw new LabException("the gateway does not start: " + e.getMessage(), e);
        }
    }

    /** The milestones of this start, in the order they were reached. */
    public List<Step> steps() throws IOException {
        return lines(timeline).stream().skip(already).map(Step::parse).toList();
    }

    /** The first milestone of that name in this start. */
    public Optional<Step> step(String name) throws IOException {
        return steps().stream().filter(step -> step.name().equals(name)).findFirst();
    }

    public Child process() {
        return child;
    }

    @Override
    public void close() {
        child.close();
    }

    /** Whole lines only: the gateway may be writing the last one. */
    private static List<String> lines(Path file) throws IOException {
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (NoSuchFileException notYet) {
            return List.of();
        }
    }
}
