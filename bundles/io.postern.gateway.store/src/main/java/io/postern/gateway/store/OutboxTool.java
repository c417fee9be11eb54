// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** {@code ./postern outbox verify DIR}: whether all that a stopped gateway has stored can be read. Changes nothing. */
public final class OutboxTool {
    private static final String USAGE = "usage: ./postern outbox verify DIR";
    private static final int MOST_SHOWN = 50;

    private OutboxTool() {}

    public static void main(String[] args) {
        System.exit(verify(args, System.out, System.err));
    }

    /** The exit code: 0 all is well, 1 something is damaged or cannot be looked at, 2 wrong usage. */
    static int verify(String[] args, PrintStream out, PrintStream err) {
        if (args.length != 2 || !args[0].equals("verify")) {
            err.println(USAGE);
            return 2;
        }
        Path directory = Path.of(args[1]);
        if (!Files.isDirectory(directory)) {
            err.println("there is no directory " + directory
                    + ": name the one that stands under directory of io.postern.gateway.store");
            return 1;
        }
        try {
            checkFree(directory);
            try (StoredOutbox stored = StoredOutbox.read(directory, InstantSource.system())) {
                return tell(stored, out);
            }
        } catch (IOException e) {
            err.println("cannot look at the store in " + directory + ": " + e.getMessage());
            return 1;
        }
    }

    /** What a gateway is writing cannot be judged. */
    private static void checkFree(Path directory) throws IOException {
        Path lock = directory.resolve("gateway.lock");
        if (Files.isWritable(lock)) {
            FileChannel held = DiskFiles.lock(directory);
            held.close();
        }
    }

    private static int tell(StoredOutbox stored, PrintStream out) throws IOException {
        int waiting = stored.messages().size();
        List<String> damage = stored.damage();
        out.printf(
                "%d segments with %d records, %d leaves, %d messages wait; %s%n",
                stored.segments(),
                stored.records(),
                stored.leaves().size(),
                waiting,
                stored.closedWell()
                        ? "closed in order"
                        : "not closed in order: the process was killed or lost its power");
        damage.stream().limit(MOST_SHOWN).forEach(each -> out.println("damaged: " + each));
        if (damage.size() > MOST_SHOWN) {
            out.println("and " + (damage.size() - MOST_SHOWN) + " more");
        }
        out.println(
                damage.isEmpty()
                        ? "All of it can be read."
                        : "The gateway goes on with what can be read and tells the hub what is missing. If this comes"
                                + " again, look at the kernel's log and replace the disk.");
        return damage.isEmpty() ? 0 : 1;
    }
}
