// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every input of the corpus, good ones to begin with and those that once found something, against its target. */
class CorpusTest {
    private static final Path CORPUS = Path.of("src", "test", "corpus");
    private static final Duration LONGEST = Duration.ofSeconds(5); // for one input; a hang takes for ever

    @ParameterizedTest
    @EnumSource
    @Timeout(60)
    void everyTargetKeepsItsPromisesForAllThatIsKnown(Target target) throws IOException {
        List<Path> inputs = inputs(target);

        assertThat(inputs).as("seeds of " + target.text()).isNotEmpty();
        for (Path input : inputs) {
            byte[] octets = Files.readAllBytes(input);
            long begin = System.nanoTime();
            assertThatCode(() -> target.accept(octets)).as(input.toString()).doesNotThrowAnyException();
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as(input.toString())
                    .isLessThan(LONGEST);
        }
    }

    @Test
    void theCorpusHoldsNothingElse() throws IOException {
        try (Stream<Path> folders = Files.list(CORPUS)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .allSatisfy(name -> assertThat(Target.named(name)).isPresent());
        }
    }

    private static List<Path> inputs(Target target) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(target.text()))) {
            return files.sorted().toList();
        }
    }
}
