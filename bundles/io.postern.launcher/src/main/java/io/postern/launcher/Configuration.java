// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a side is started with: a Configurator file (Compendium R8, 150), and for one gateway of many the folder that
 * the factory made for it, whose {@code device.json} says who it is.
 *
 * <p>A path that is not absolute begins at the folder of the file it stands in. Paths are the texts whose names end
 * with {@code File} or {@code Directory}, and {@code directory}.
 */
public final class Configuration {
    private static final String DEVICE_FILE = "device.json";
    private static final String GATEWAY = "io.postern.gateway";
    private static final String NAME = "registrationId";
    private static final String PLACEHOLDER = "{" + NAME + "}";

    private final Path file;
    private final Map<String, String> ofConfigurator = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> sections = new LinkedHashMap<>();

    private Configuration(Path file) {
        this.file = file;
    }

    /**
     * The whole configuration as one JSON object.
     *
     * @param beside a device's folder: the members of its {@code device.json} go to the section
     *     {@code io.postern.gateway}, its sections to those of {@code file}, and its registration id to wherever
     *     {@code file} says {@value #PLACEHOLDER}; or another file like {@code file}, whose sections and members join
     * @throws IOException when a file cannot be read or is no JSON object, or the two disagree
     */
    public static String read(Path file, Optional<Path> beside) throws IOException {
        Configuration site = ofFile(file, Optional.empty());
        if (beside.isPresent() && Files.isRegularFile(beside.get())) {
            site.take(ofFile(beside.get(), Optional.empty()), "say it in one of them");
        } else if (beside.isPresent()) {
            site.take(
                    ofFile(beside.get().resolve(DEVICE_FILE), Optional.of(GATEWAY)),
                    "use the folder of a device of this site, or take it out of " + file.getFileName());
        }
        String text = site.text();
        if (text.contains(PLACEHOLDER)) {
            throw new IOException(file + " says " + PLACEHOLDER
                    + ": start with --device DIR, the folder of a device whose device.json has a registrationId");
        }
        return text;
    }

    /** @param main the section of what stands outside of all */
    private static Configuration ofFile(Path file, Optional<String> main) throws IOException {
        var found = new Configuration(file);
        try {
            for (var member : JsonMembers.of(Files.readString(file)).entrySet()) {
                found.add(member.getKey(), member.getValue(), main);
            }
            return found;
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private void add(String name, String value, Optional<String> main) {
        if (name.startsWith(":")) {
            ofConfigurator.put(name, value);
        } else if (value.startsWith("{")) {
            Map<String, String> section = section(name);
            JsonMembers.of(value).forEach((key, each) -> section.put(key, placed(key, each)));
        } else {
            String section = main.orElseThrow(() -> new IllegalArgumentException(
                    "\"" + name + "\" is no section; only sections stand there, as in \"" + GATEWAY + "\": {...}"));
            section(section).put(name, placed(name, value));
        }
    }

    private void take(Configuration device, String remedy) throws IOException {
        ofConfigurator.putAll(device.ofConfigurator);
        Optional.ofNullable(device.section(GATEWAY).get(NAME))
                .ifPresent(quoted -> fill(quoted.substring(1, quoted.length() - 1)));
        for (var section : device.sections.entrySet()) {
            Map<String, String> known = section(section.getKey());
            for (var member : section.getValue().entrySet()) {
                String before = known.putIfAbsent(member.getKey(), member.getValue());
                if (before != null && !before.equals(member.getValue())) {
                    throw new IOException(member.getKey() + " is " + before + " in " + file + " but "
                            + member.getValue() + " in " + device.file + ": " + remedy);
                }
            }
        }
    }

    private void fill(String id) {
        sections.values().forEach(section -> section.replaceAll((_, value) -> value.replace(PLACEHOLDER, id)));
    }

    private String text() {
        Map<String, String> all = new LinkedHashMap<>(ofConfigurator);
        sections.forEach((pid, members) -> all.put(pid, JsonMembers.object(members)));
        return JsonMembers.object(all);
    }

    private Map<String, String> section(String pid) {
        return sections.computeIfAbsent(pid, _ -> new LinkedHashMap<>());
    }

    private String placed(String key, String value) {
        boolean path = key.endsWith("File") || key.equals("directory") || key.endsWith("Directory");
        boolean relative = value.startsWith("\"") && !value.startsWith("\"/") && !value.equals("\"\"");
        if (!path || !relative) {
            return value;
        }
        Path folder = file.toAbsolutePath().normalize().resolveSibling("");
        return "\"" + folder.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "/" + value.substring(1);
    }
}
