// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A disk whose power can go at any call, and that can fail at any. What was not synced is lost in sectors of 512 octets,
 * in any order; after a sync that failed nobody knows. All by one source of chance, so each run can be repeated.
 */
final class SimulatedDisk implements FileStore {
    private static final int SECTOR = 512;
    private static final long MOST_CALLS = 2_000_000; // beyond, something goes in a circle

    /** The power is gone. */
    static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1;

        PowerCut() {
            super("the power is gone");
        }
    }

    private final RandomGenerator random;
    private final Map<String, SimulatedFile> files = new TreeMap<>();
    private long calls;
    private long cutAt = Long.MAX_VALUE;
    private double failures;
    private boolean full;
    private boolean readOnly;

    SimulatedDisk(RandomGenerator random) {
        this.random = random;
    }

    /** The power goes in the middle of the {@code inCalls}th call from now. */
    void cutIn(long inCalls) {
        cutAt = calls + inCalls;
    }

    /** Each call fails with this probability. */
    void failing(double probability) {
        failures = probability;
    }

    void full(boolean now) {
        full = now;
    }

    void readOnly(boolean now) {
        readOnly = now;
    }

    long calls() {
        return calls;
    }

    /** After the power came back: what was not synced is there in part. */
    void powerBack() {
        cutAt = Long.MAX_VALUE;
        int style = random.nextInt(4);
        files.values().forEach(file -> file.powerBack(style));
    }

    /** The process is gone; the kernel still has what was written. */
    void processGone() {
        cutAt = Long.MAX_VALUE;
    }

    /** Turns bits over, or a sector to rubbish, somewhere that was written to. */
    void rot() {
        List<SimulatedFile> all = List.copyOf(files.values());
        if (all.isEmpty()) {
            return;
        }
        SimulatedFile file = all.get(random.nextInt(all.size()));
        int at = random.nextInt(Math.max(1, file.written));
        if (random.nextInt(4) == 0) {
            int sector = at / SECTOR * SECTOR;
            for (int i = sector; i < Math.min(sector + SECTOR, file.durable.length); i++) {
                file.set(i, (byte) random.nextInt());
            }
        } else {
            file.set(at, (byte) (file.now[at] ^ 1 << random.nextInt(8)));
        }
    }

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public StoredFile open(String name) throws IOException {
        call();
        SimulatedFile file = files.get(name);
        if (file == null) {
            throw new IOException("there is no " + name);
        }
        return file;
    }

    @Override
    public StoredFile create(String name, int size) throws IOException {
        write();
        if (full) {
            throw new IOException("No space left on device");
        }
        var file = new SimulatedFile(size);
        files.put(name, file);
        return file;
    }

    @Override
    public void rename(String from, String to) throws IOException {
        write();
        SimulatedFile file = files.remove(from);
        if (file != null) {
            files.put(to, file);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        write();
        files.remove(name);
    }

    @Override
    public String place() {
        return "the simulated disk";
    }

    @Override
    public OptionalLong deviceWritten() {
        return OptionalLong.empty();
    }

    private void write() throws IOException {
        if (readOnly) {
            throw new IOException("Read-only file system");
        }
        call();
    }

    private void call() throws IOException {
        calls++;
        if (calls > MOST_CALLS) {
            throw new AssertionError("more than " + MOST_CALLS + " calls: it goes in a circle");
        }
        if (calls >= cutAt) {
            throw new PowerCut();
        }
        if (random.nextDouble() < failures) {
            throw new IOException("Input/output error");
        }
    }

    private final class SimulatedFile implements StoredFile {
        private final byte[] durable;
        private final byte[] now;
        private final List<Integer> pending = new ArrayList<>(); // sectors that differ, or may
        private int written;

        SimulatedFile(int size) {
            durable = new byte[size];
            now = new byte[size];
        }

        void set(int at, byte octet) {
            durable[at] = octet;
            now[at] = octet;
        }

        void powerBack(int style) {
            int kept = style == 2 ? random.nextInt(pending.size() + 1) : 0;
            for (int i = 0; i < pending.size(); i++) {
                boolean survives =
                        switch (style) {
                            case 0 -> false;
                            case 1 -> true;
                            case 2 -> i < kept;
                            default -> random.nextBoolean();
                        };
                if (survives) {
                    keep(pending.get(i));
                }
            }
            pending.clear();
            System.arraycopy(durable, 0, now, 0, now.length);
        }

        private void keep(int sector) {
            int from = sector * SECTOR;
            System.arraycopy(now, from, durable, from, Math.min(SECTOR, durable.length - from));
        }

        @Override
        public int size() {
            return now.length;
        }

        @Override
        public void read(ByteBuffer to, int at) throws IOException {
            call();
            to.put(now, at, to.remaining());
        }

        @Override
        public void write(ByteBuffer from, int at) throws IOException {
            if (readOnly) {
                throw new IOException("Read-only file system");
            }
            int count = from.remaining();
            try {
                call();
            } catch (IOException | PowerCut e) {
                put(from, at, random.nextInt(count + 1));
                throw e;
            }
            put(from, at, count);
        }

        private void put(ByteBuffer from, int at, int count) {
            from.get(now, at, count);
            written = Math.max(written, at + count);
            for (int sector = at / SECTOR; sector * SECTOR < at + count; sector++) {
                if (!pending.contains(sector)) {
                    pending.add(sector);
                }
            }
        }

        @Override
        public void force() throws IOException {
            if (readOnly) {
                throw new IOException("Read-only file system");
            }
            try {
                call();
            } catch (IOException | PowerCut e) {
                pending.removeIf(sector -> {
                    boolean kept = random.nextBoolean();
                    if (kept) {
                        keep(sector);
                    }
                    return kept || e instanceof IOException; // the kernel gives up the rest and calls it clean
                });
                throw e;
            }
            pending.forEach(this::keep);
            pending.clear();
        }

        @Override
        public void close() {
            // what is open is the disk's business
        }
    }
}
