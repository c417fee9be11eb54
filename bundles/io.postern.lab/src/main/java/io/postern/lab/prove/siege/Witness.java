// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.siege;

import io.postern.wire.DeviceId;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks through all that any device is told for what belongs to another one. For several threads. */
final class Witness {
    private static final Pattern CANARY = Pattern.compile("canary-([a-z0-9-]+?)-end");

    private final Queue<String> foreign = new ConcurrentLinkedQueue<>();
    private final AtomicLong own = new AtomicLong();

    /** What stands in everything that belongs to a device: messages, twin, commands. */
    static String canary(DeviceId device) {
        return "canary-" + device + "-end";
    }

    void heard(DeviceId device, String text) {
        Matcher found = CANARY.matcher(text);
        while (found.find()) {
            if (found.group(1).equals(device.text())) {
                own.incrementAndGet();
            } else {
                foreign.add(device + " was told of " + found.group(1));
            }
        }
    }

    /** How often a device was told what is its own. */
    long own() {
        return own.get();
    }

    Queue<String> foreign() {
        return foreign;
    }
}
