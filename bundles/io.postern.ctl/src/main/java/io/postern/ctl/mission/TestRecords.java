// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the records of test runs, {@code target/mission/*.tsv} of every module.
 *
 * <p>A run of some tests alone leaves the older records of the others standing, so what counts for a test is the newest
 * file that speaks of it.
 */
final class TestRecords {
    private static final Set<String> NOT_SEARCHED = Set.of(".git", "src", "docs", "node_modules");

    private record RecordFile(Path path, FileTime written) {}

    private TestRecords() {}

    /** @throws IOException when a file cannot be read or holds another kind of line, naming both */
    static List<TestResult> below(Path root) throws IOException {
        List<RecordFile> files = find(root);
        files.sort(Comparator.comparing(RecordFile::written)
                .thenComparing(RecordFile::path)
                .reversed());
        Set<String> known = new HashSet<>();
        List<TestResult> newest = new ArrayList<>();
        for (RecordFile file : files) {
            List<TestResult> fresh = read(file.path()).stream()
                    .filter(result -> !known.contains(result.test()))
                    .toList();
            newest.addAll(fresh);
            fresh.forEach(result -> known.add(result.test()));
        }
        return newest;
    }

    private static List<RecordFile> find(Path root) throws IOException {
        List<RecordFile> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                Path name = folder.getFileName();
                return name != null && NOT_SEARCHED.contains(name.toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".tsv")
                        && file.resolveSibling("").endsWith(Path.of("target", "mission"))) {
                    files.add(new RecordFile(file, attributes.lastModifiedTime()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE; // a test elsewhere may clean up while we look
            }
        });
        return files;
    }

    private static List<TestResult> read(Path file) throws IOException {
        List<TestResult> results = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            try {
                results.add(TestResult.parse(line));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " line " + number + ": " + e.getMessage() + "; run the tests again", e);
            }
        }
        return results;
    }
}
