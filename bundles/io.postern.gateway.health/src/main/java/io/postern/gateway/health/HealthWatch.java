// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.spi.HealthBoard;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all checks once a minute, so that nobody has to ask: what is not well any more, or well again, goes to the log with
 * its remedy, and to the hub through {@link HealthBoard}. A check counts when it finds the same twice, for a session that
 * was just lost is on its way back.
 */
final class HealthWatch implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);

    private final HealthDesk desk;
    private final HealthBoard board;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("health-watch").unstarted(this::run);
    private final Map<String, String> found = new TreeMap<>(); // by the last look
    private final Map<String, String> told = new TreeMap<>(); // what counts

    HealthWatch(HealthDesk desk, HealthBoard board) {
        this.desk = desk;
        this.board = board;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closing.await(EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
                look(desk.findings());
            }
        } catch (InterruptedException _) {
            // closing
        } finally {
            board.post(Map.of()); // nobody looks any more
        }
    }

    /** One look; of one thread. */
    void look(Map<String, Finding> findings) {
        findings.forEach((name, finding) -> {
            String level = finding.level();
            String before = found.getOrDefault(name, Finding.GOOD);
            if (level.equals(before) && !level.equals(told.getOrDefault(name, Finding.GOOD))) {
                tell(name, level, finding);
            }
            found.put(name, level);
        });
        found.keySet().retainAll(findings.keySet());
        told.keySet().retainAll(findings.keySet());
        board.post(told);
    }

    private void tell(String check, String level, Finding finding) {
        if (level.equals(Finding.GOOD)) {
            told.remove(check);
            LOG.atInfo().addKeyValue("check", check).log("well again: " + finding.text());
        } else {
            told.put(check, level);
            LOG.atWarn()
                    .addKeyValue("check", check)
                    .addKeyValue("level", level)
                    .log(finding.text() + ". " + finding.remedy());
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
    }
}
