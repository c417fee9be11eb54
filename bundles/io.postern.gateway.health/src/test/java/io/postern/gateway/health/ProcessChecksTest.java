// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.LabCa;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process and what lies beneath it. */
class ProcessChecksTest {
    @TempDir
    Path folder;

    private final MovableClock clock = MovableClock.at(Instant.now());

    @Test
    void readsItsFiguresFromTheSystem() {
        ProcessFigures own = ProcessFigures.own();

        assertThat(own.residentBytes()).isGreaterThan(10 << 20);
        assertThat(own.threads()).isGreaterThan(2);
        assertThat(own.openHandles()).isBetween(3L, own.mostHandles());
        assertThat(new ProcessFigures(folder).openHandles()).isEqualTo(-1);
        assertThat(new ProcessFigures(folder).residentBytes()).isEqualTo(-1);
    }

    @Test
    void warnsBeforeTheHandlesRunOut() throws IOException {
        Files.writeString(folder.resolve("limits"), "Limit   Soft\nMax open files   10   4096   files\n");
        Files.writeString(folder.resolve("status"), "Threads:\t31\n");
        Path handles = Files.createDirectory(folder.resolve("fd"));
        var checks = new ProcessChecks(new ProcessFigures(folder), clock);
        assertThat(checks.handles()).isEqualTo(Finding.good("0 of 10 file handles are open, 31 threads run"));

        for (int i = 0; i < 10; i++) {
            Files.createFile(handles.resolve("" + i));
        }
        assertThat(checks.handles().status()).isEqualTo(Status.CRITICAL);
        assertThat(checks.handles().remedy()).contains("LimitNOFILE");
    }

    @Test
    void wantsRoomAndPermissionOnTheDisk() {
        assertThat(ProcessChecks.disk(folder).text()).contains("MB free in " + folder);
        assertThat(ProcessChecks.disk(folder, 5 << 20, true).status()).isEqualTo(Status.CRITICAL);
        assertThat(ProcessChecks.disk(folder, 1L << 30, false).text()).contains("cannot be written to");
        assertThat(ProcessChecks.memory(31 << 20, 32 << 20).status()).isEqualTo(Status.WARN);
        assertThat(ProcessChecks.memory(12 << 20, 32 << 20))
                .isEqualTo(Finding.good("12 MB of 32 MB of the heap are in use"));
    }

    @Test
    void tellsWhenCertificatesEnd() throws IOException {
        Path pem = folder.resolve("ca.pem");
        var checks = new ProcessChecks(ProcessFigures.own(), clock);
        assertThat(checks.certificates("root certificates", pem, "x").text())
                .contains("no root certificates can be read");

        LabCa.Holder root =
                LabCa.selfSigned("root", clock.instant(), clock.instant().plus(Duration.ofDays(60)));
        Files.writeString(pem, LabCa.pem(List.of(root.certificate())));
        assertThat(checks.certificates("root certificates", pem, "x").status()).isEqualTo(Status.OK);
        clock.advance(Duration.ofDays(40));
        assertThat(checks.certificates("root certificates", pem, "x").status()).isEqualTo(Status.WARN);
        clock.advance(Duration.ofDays(40));
        assertThat(checks.certificates("root certificates", pem, "renew"))
                .satisfies(found -> assertThat(found.status()).isEqualTo(Status.CRITICAL))
                .satisfies(found -> assertThat(found.text()).contains("ended on 20"));
    }
}
