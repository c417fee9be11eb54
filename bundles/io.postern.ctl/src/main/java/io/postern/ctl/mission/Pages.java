// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Stream;

/** Which pages name which row: what proves the rows that only ask for something to be stated. */
final class Pages {
    private Pages() {}

    /** For each id the pages that name it, below {@code docs} or at the root; {@code mission} itself does not count. */
    static Map<String, SortedSet<String>> naming(Path root, Path mission) throws IOException {
        Map<String, SortedSet<String>> naming = new HashMap<>();
        for (Path page : pages(root)) {
            if (!page.equals(mission)) {
                Matcher ids = MissionPage.ID.matcher(Files.readString(page));
                while (ids.find()) {
                    naming.computeIfAbsent(ids.group(), _ -> new TreeSet<>())
                            .add(root.relativize(page).toString());
                }
            }
        }
        return naming;
    }

    private static List<Path> pages(Path root) throws IOException {
        try (Stream<Path> atRoot = Files.list(root);
                Stream<Path> below = Files.walk(root.resolve("docs"))) {
            return Stream.concat(atRoot, below)
                    .filter(path -> path.toString().endsWith(".md") && Files.isRegularFile(path))
                    .toList();
        }
    }
}
