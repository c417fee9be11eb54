// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is started together: an OSGi feature file (Compendium R8, 159) and beside it the bundles it names, in the
 * layout of a Maven repository.
 *
 * <p>The reader understands what {@link #assemble} writes, one bundle a line, and nothing else: a whole JSON parser on
 * the launcher's class path would be loaded again by the bundles and cost every start.
 */
public final class FeatureFile {
    private static final Pattern BUNDLE_LINE = Pattern.compile("\\s*\\{\"id\": \"([^:\"]+):([^:\"]+):([^:\"]+)\"},?");
    /** First of all: what comes up before it writes its debug log to the console. */
    private static final String LOG_SERVICE = "org.apache.felix:org.apache.felix.log:";

    private static final String NAME = "feature.json";
    private static final String REPOSITORY = "repository";

    private final Path directory;
    private final List<String> ids;

    private FeatureFile(Path directory, List<String> ids) {
        this.directory = directory;
        this.ids = ids;
    }

    /** @throws IOException when the directory holds no feature, or one written by someone else */
    public static FeatureFile read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            throw new IOException("no feature in " + directory + ": build first (./postern build)");
        }
        List<String> ids = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            Matcher bundle = BUNDLE_LINE.matcher(line);
            if (bundle.matches()) {
                ids.add(bundle.group(1) + ":" + bundle.group(2) + ":" + bundle.group(3));
            }
        }
        if (ids.isEmpty()) {
            throw new IOException(file + " names no bundle, one a line: assemble it again (./postern build)");
        }
        return new FeatureFile(directory, List.copyOf(ids));
    }

    /** Writes the feature file for the jars found below {@code directory/repository}. */
    public static FeatureFile assemble(Path directory, String id) throws IOException {
        Path repository = directory.resolve(REPOSITORY);
        List<String> ids;
        try (Stream<Path> jars = Files.walk(repository)) {
            ids = jars.filter(path -> path.toString().endsWith(".jar"))
                    .map(path -> coordinates(repository.relativize(path)))
                    .sorted(Comparator.comparing((String each) -> !each.startsWith(LOG_SERVICE))
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
        String bundles =
                ids.stream().map(each -> "    {\"id\": \"" + each + "\"}").collect(Collectors.joining(",\n"));
        Files.writeString(
                directory.resolve(NAME),
                "{\n  \"feature-resource-version\": \"1.0\",\n  \"id\": \"" + id + "\",\n  \"bundles\": [\n" + bundles
                        + "\n  ]\n}\n");
        return new FeatureFile(directory, ids);
    }

    /** {@code group:artifact:version} of each bundle, in the order they are installed. */
    public List<String> ids() {
        return ids;
    }

    /** The jar of each bundle. */
    public List<Path> jars() {
        return ids.stream().map(this::jar).toList();
    }

    private Path jar(String id) {
        String[] part = id.split(":");
        return directory
                .resolve(REPOSITORY)
                .resolve(part[0].replace('.', '/'))
                .resolve(part[1])
                .resolve(part[2])
                .resolve(part[1] + "-" + part[2] + ".jar");
    }

    /** {@code org/osgi/osgi.core/8.0.0/osgi.core-8.0.0.jar} is {@code org.osgi:osgi.core:8.0.0}. */
    private static String coordinates(Path jar) {
        int names = jar.getNameCount();
        if (names < 4) {
            throw new IllegalArgumentException(jar + " does not lie as in a Maven repository");
        }
        String group = jar.subpath(0, names - 3).toString().replace('/', '.');
        return group + ":" + jar.getName(names - 3) + ":" + jar.getName(names - 2);
    }

    /** Build step of the features: {@code FeatureFile DIRECTORY GROUP:ARTIFACT:VERSION}. */
    public static void main(String[] args) throws IOException {
        assemble(Path.of(args[0]), args[1]);
    }
}
