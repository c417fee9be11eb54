// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.networks;

import io.postern.testkit.NetworkFault;
import java.time.Duration;
import java.util.List;

/**
 * Something a network does for a while.
 *
 * @param name of one word, for the command line
 * @param trouble what it does
 * @param lasts how long
 * @param cut whether no way to the hub is left meanwhile, which the gateway has to find out and to say
 */
public record Ordeal(String name, Trouble trouble, Duration lasts, boolean cut) {
    /** Where the trouble is made. */
    public sealed interface Trouble {
        /** By the proxy before the cloud. */
        record InProxy(NetworkFault fault) implements Trouble {}

        /** On the link: tc's token bucket. */
        record Narrow(String rate) implements Trouble {}

        /** On the link: nft drops so many of a hundred packets. */
        record Drop(int percent) implements Trouble {}
    }

    boolean needsNamespace() {
        return !(trouble instanceof Trouble.InProxy);
    }

    /** All of the proof. What is silent lasts longer than two keep-alives (100 s). */
    static List<Ordeal> all() {
        return List.of(
                proxied("delay", new NetworkFault.Delay(Duration.ofMillis(300)), 30, false),
                proxied("bandwidth", new NetworkFault.Bandwidth(8_000), 30, false),
                proxied("stall", new NetworkFault.Stall(), 150, true),
                proxied("half-open", new NetworkFault.HalfOpen(), 150, true),
                proxied("reset", new NetworkFault.Reset(), 60, true),
                proxied("cut-60s", new NetworkFault.CutAfter(Duration.ofSeconds(60)), 130, false),
                proxied("cut-silent-60s", new NetworkFault.CutWhenSilent(Duration.ofSeconds(60)), 130, false),
                proxied("corrupt", new NetworkFault.Corrupt(20_000), 30, false),
                new Ordeal("narrow", new Trouble.Narrow("64kbit"), Duration.ofSeconds(45), false),
                new Ordeal("drop-10", new Trouble.Drop(10), Duration.ofSeconds(45), false),
                new Ordeal("vanish", new Trouble.Drop(100), Duration.ofSeconds(150), true));
    }

    private static Ordeal proxied(String name, NetworkFault fault, int seconds, boolean cut) {
        return new Ordeal(name, new Trouble.InProxy(fault), Duration.ofSeconds(seconds), cut);
    }
}
