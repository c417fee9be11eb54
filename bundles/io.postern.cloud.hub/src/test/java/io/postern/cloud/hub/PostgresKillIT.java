// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.DatabaseException;
import io.postern.cloud.store.Databases;
import io.postern.testkit.Await;
import io.postern.testkit.Postgres;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kills the database server below a hub that takes events, and looks whether everything acknowledged is there. */
class PostgresKillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20); // as a device that tries again
    private static final int SENDERS = 8;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    @Timeout(120)
    void nothingAcknowledgedIsLostAndTheStreamGoesOnWithoutARestart() throws Exception {
        try (Postgres server = Postgres.start();
                Database database = Database.open(Databases.server(server), "hub")) {
            database.migrate(HubSchema.COMPONENT, HubSchema.STEPS);
            try (EventStream stream = new EventStream(database, 1_000_000, 2)) {
                List<Thread> senders = start(stream);
                awaitMore(200);
                server.kill();
                server.resume();
                awaitMore(200);
                enough.set(true);
                for (Thread sender : senders) {
                    sender.join(PATIENCE);
                }
                List<HubEvent> all = all(stream);
                assertThat(all).extracting(HubEvent::sequence).doesNotHaveDuplicates();
                assertThat(all.getLast().sequence()).isEqualTo(stream.last()).isEqualTo(all.size());
                Set<String> kept = new HashSet<>();
                all.forEach(event -> kept.add(event.body().toUtf8()));
                assertThat(kept).containsAll(acknowledged);
            }
        }
    }

    private List<Thread> start(EventStream stream) {
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            String device = "meter-" + i;
            senders.add(Thread.ofVirtual().start(() -> send(stream, device)));
        }
        return senders;
    }

    private void send(EventStream stream, String device) {
        for (int next = 0; !enough.get(); next++) {
            String body = device + "/" + next;
            try {
                stream.append(List.of(new EventStream.Accepted(
                        DeviceId.of(device),
                        "1",
                        InstantSource.system().instant(),
                        AuthMethod.DEVICE_KEY,
                        Optional.empty(),
                        new Telemetry(PropertyBag.EMPTY, Bytes.utf8(body)))));
                acknowledged.add(body);
            } catch (DatabaseException e) {
                LockSupport.parkNanos(PAUSE.toNanos()); // not acknowledged: may be there or not
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void awaitMore(int events) {
        int before = acknowledged.size();
        Await.until(PATIENCE, events + " more events", () -> acknowledged.size() >= before + events);
    }

    private static List<HubEvent> all(EventStream stream) {
        List<HubEvent> all = new ArrayList<>();
        List<HubEvent> page;
        do {
            page = stream.read(all.size() + 1L, 1_000);
            all.addAll(page);
        } while (!page.isEmpty());
        return all;
    }
}
