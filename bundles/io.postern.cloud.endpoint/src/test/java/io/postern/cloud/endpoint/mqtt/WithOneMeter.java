// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.testkit.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of a hub over MQTT begin with: a server of its own, one known device, a clock that stands still. */
class WithOneMeter {
    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");

    @TempDir
    Path directory;

    TestHub server;
    DeviceIdentity meter;

    private final Duration connectLimit;

    WithOneMeter() {
        this(Duration.ofSeconds(5));
    }

    WithOneMeter(Duration connectLimit) {
        this.connectLimit = connectLimit;
    }

    @BeforeEach
    void open() throws Exception {
        server = new TestHub(directory, clock, 0, connectLimit);
        meter = server.device("meter-1");
    }

    @AfterEach
    void close() {
        server.close();
    }
}
