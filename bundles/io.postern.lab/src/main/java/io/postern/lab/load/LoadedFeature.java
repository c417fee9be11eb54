// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.load;

import io.postern.launcher.FeatureFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The gateway as it is shipped with one bundle more, the one that makes readings. */
final class LoadedFeature {
    private static final String BUNDLE = "io.postern.gateway.load";

    private LoadedFeature() {}

    /** Puts the feature together in {@code directory}, of copies of what was built; once, if it is there already. */
    static Path assemble(Path root, Path directory) throws IOException {
        Path shipped = root.resolve("features/gateway/target/feature");
        if (Files.exists(directory.resolve("feature.json"))) {
            return directory;
        }
        for (String part : List.of("launcher", "repository")) {
            try (Stream<Path> jars = Files.walk(shipped.resolve(part))) {
                for (Path jar : jars.filter(Files::isRegularFile).toList()) {
                    copy(jar, directory.resolve(shipped.relativize(jar)));
                }
            }
        }
        Path bundle = bundle(root);
        String version = bundle.getFileName().toString().replaceFirst("^" + BUNDLE + "-(.*)\\.jar$", "$1");
        copy(
                bundle,
                directory
                        .resolve("repository/io/postern")
                        .resolve(BUNDLE)
                        .resolve(version)
                        .resolve(bundle.getFileName()));
        FeatureFile.assemble(directory, "io.postern:feature-gateway-under-load:" + version);
        return directory;
    }

    private static void copy(Path file, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
    }

    private static Path bundle(Path root) throws IOException {
        Path tools = root.resolve("bundles/io.postern.lab/target/tools");
        try (Stream<Path> jars = Files.list(tools)) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith(BUNDLE + "-"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + BUNDLE + " in " + tools + ": ./postern build"));
        }
    }
}
