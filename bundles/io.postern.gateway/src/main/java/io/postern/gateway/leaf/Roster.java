// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.LeafDevice;
import io.postern.wire.DeviceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The leaves of this gateway: those listed for other bundles, and those configured, which come and go. Says who speaks
 * for each, and which of them may be connected now. Safe for threads.
 */
public final class Roster {
    public static final int MOST_LEAVES = 1000; // what one connection may carry in the SDKs; 70 kB each here

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<DeviceId, Member> members = new LinkedHashMap<>(); // at most MOST_LEAVES
    private final Map<DeviceId, String> claimants = new LinkedHashMap<>(); // at most one for each member
    private long version;

    /**
     * @param listed whether it stands in the key leaves of the gateway, and stays when nobody has a seat for it
     * @param state in a word; empty when nobody watches over it
     * @param connects whether it has a session with the hub
     */
    public record Member(LeafDevice device, boolean listed, String state, boolean connects) {}

    /** The place of one configured leaf; closing gives it up. */
    public interface Seat extends AutoCloseable {
        /** How the leaf is, and whether it may be connected. */
        void show(String state, boolean connects);

        @Override
        void close();
    }

    public Roster(List<LeafDevice> listed) {
        listed.forEach(device -> members.put(device.id(), new Member(device, true, "", true)));
    }

    public boolean has(DeviceId leaf) {
        lock.lock();
        try {
            return members.containsKey(leaf);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes {@code claimant} the one who speaks for a listed leaf.
     *
     * @return gives it up, as often as it is run
     * @throws IllegalArgumentException naming the key {@code leaf} when it is not listed, or taken
     */
    public Runnable claim(DeviceId leaf, String claimant) {
        lock.lock();
        try {
            if (!members.containsKey(leaf)) {
                throw new IllegalArgumentException(
                        "leaf: " + leaf + " is not on this gateway: add it to the key leaves of io.postern.gateway");
            }
            String other = claimants.putIfAbsent(leaf, claimant);
            if (other != null) {
                throw new IllegalArgumentException(
                        "leaf: " + leaf + " has a driver already, " + other + ": give each driver a leaf of its own");
            }
            return () -> unclaim(leaf, claimant);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a configured leaf, not connected yet; a listed one of the same name gets its model.
     *
     * @throws IllegalArgumentException naming the key {@code leaf} when it is taken, or there are too many
     */
    public Seat take(LeafDevice leaf, String claimant) {
        lock.lock();
        try {
            Optional<Member> before = Optional.ofNullable(members.get(leaf.id()));
            if (before.isEmpty() && members.size() >= MOST_LEAVES) {
                throw new IllegalArgumentException("leaf: a gateway has at most " + MOST_LEAVES + " leaves");
            }
            before.ifPresentOrElse(
                    member -> members.put(leaf.id(), new Member(leaf, member.listed(), "seen", false)),
                    () -> members.put(leaf.id(), new Member(leaf, false, "seen", false)));
            try {
                Runnable unclaim = claim(leaf.id(), claimant);
                tell();
                return new OwnSeat(leaf, unclaim, before);
            } catch (IllegalArgumentException e) {
                before.ifPresent(member -> members.put(leaf.id(), member));
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    /** All, in the order they came. */
    public List<Member> members() {
        lock.lock();
        try {
            return List.copyOf(members.values());
        } finally {
            lock.unlock();
        }
    }

    /** Grows with every change. */
    public long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the roster has changed since {@code seen}. */
    public void awaitChange(long seen) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (version == seen) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        version++;
        changed.signalAll();
    }

    private void unclaim(DeviceId leaf, String claimant) {
        lock.lock();
        try {
            claimants.remove(leaf, claimant);
        } finally {
            lock.unlock();
        }
    }

    private final class OwnSeat implements Seat {
        private final LeafDevice leaf;
        private final Runnable unclaim;
        private final Optional<Member> before;
        private boolean given; // guarded by lock

        OwnSeat(LeafDevice leaf, Runnable unclaim, Optional<Member> before) {
            this.leaf = leaf;
            this.unclaim = unclaim;
            this.before = before;
        }

        @Override
        public void show(String state, boolean connects) {
            lock.lock();
            try {
                var next = new Member(leaf, before.isPresent(), state, connects);
                if (!given && !next.equals(members.put(leaf.id(), next))) {
                    tell();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (!given) {
                    given = true;
                    unclaim.run();
                    members.remove(leaf.id());
                    before.ifPresent(member -> members.put(leaf.id(), member));
                    tell();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Those that are to have a session with the hub now. */
    public List<LeafDevice> connected() {
        List<LeafDevice> connected = new ArrayList<>();
        members().stream().filter(Member::connects).forEach(member -> connected.add(member.device()));
        return connected;
    }
}
