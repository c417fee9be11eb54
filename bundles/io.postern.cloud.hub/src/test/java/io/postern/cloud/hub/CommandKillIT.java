// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.CommandSettings;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.SendReply;
import io.postern.cloud.hub.commands.Settlement;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.JavaProcess;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a hub that takes commands and delivers them, and looks whether each is there that was accepted and not completed. */
class CommandKillIT {
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final Duration LOCK = CommandSettings.DEFAULT.lock();

    @TempDir
    Path directory;

    @Test
    @Timeout(60)
    @Tag("HUB-09")
    void whatWasAcceptedAndNotCompletedBeforeAKillIsThereAfterIt() throws Exception {
        Process writer = JavaProcess.start(
                Writer.class, directory.toString(), Databases.whereabouts(directory.resolve("cloud.db")));
        Set<String> waiting = new HashSet<>();
        Set<String> perhaps = new HashSet<>();
        Set<String> done = new HashSet<>();
        long enough = ThreadLocalRandom.current().nextLong(20, 120);
        try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
            String line;
            for (long read = 1; (line = lines.readLine()) != null; read++) {
                String id = line.substring(1);
                switch (line.charAt(0)) {
                    case '+' -> waiting.add(id); // accepted
                    case '?' -> perhaps.add(id); // its completion was asked for and is not confirmed yet
                    default -> {
                        waiting.remove(id);
                        perhaps.remove(id);
                        done.add(id);
                    }
                }
                if (read == enough) {
                    writer.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(writer.waitFor()).isEqualTo(137);

        Set<String> found = new HashSet<>();
        try (Database database = Databases.open(directory.resolve("cloud.db"));
                Hub hub = hub(database)) {
            Optional<LockedCommand> next;
            while ((next = hub.commands().take(METER, LOCK)).isPresent()) {
                found.add(next.get().messageId());
            }
        }
        Set<String> needed = new HashSet<>(waiting);
        needed.removeAll(perhaps);
        assertThat(found).containsAll(needed).doesNotContainAnyElementsOf(done);
        found.removeAll(waiting);
        assertThat(found).hasSizeLessThanOrEqualTo(1); // the one that was stored and not yet said to be
    }

    private Hub hub(Database database) throws IOException {
        return Writer.hub(directory, database);
    }

    /** Sends and completes until it is killed, telling each step: two come for one that goes, up to the queue's bound. */
    static final class Writer {
        public static void main(String[] args) throws IOException {
            Path directory = Path.of(args[0]);
            Hub hub = hub(directory, Databases.at(args[1]));
            hub.identities().create(IdentityDraft.of(METER));
            for (long next = 1; ; next++) {
                if (next % 3 != 0
                        && hub.commands().send(METER, command(next)) instanceof SendReply.Accepted(String id, long _)) {
                    System.out.println("+" + id);
                } else {
                    LockedCommand taken = hub.commands().take(METER, LOCK).orElseThrow();
                    System.out.println("?" + taken.messageId());
                    hub.commands().settle(METER, taken.token(), Settlement.COMPLETE);
                    System.out.println("-" + taken.messageId());
                }
            }
        }

        static Hub hub(Path directory, Database database) throws IOException {
            KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
            return Hub.open(
                    HubSettings.of(HubFixture.NAME), database, sealer, InstantSource.system(), new SecureRandom());
        }

        private static Command command(long number) {
            return new Command(
                    Optional.of("c" + number),
                    PropertyBag.EMPTY,
                    Bytes.utf8("command " + number),
                    Optional.empty(),
                    Acknowledgement.FULL);
        }
    }
}
