// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.time.Duration;

/** What a {@link FaultProxy} does to the connections it carries, in both directions. */
public sealed interface NetworkFault {

    /** Octets pass as they come. */
    record None() implements NetworkFault {}

    /** Octets come later, in order, as over a satellite. @param oneWay half of the round trip it adds */
    record Delay(Duration oneWay) implements NetworkFault {}

    /** A narrow link. @param octetsPerSecond of each connection and direction */
    record Bandwidth(int octetsPerSecond) implements NetworkFault {}

    /** Connections open and stay open; nobody reads what is sent, so that its sender is held up in the end. */
    record Stall() implements NetworkFault {}

    /**
     * The other side has vanished without a word: what is sent is taken and lost, nothing comes, and neither end hears
     * of the other's closing. Connections that met it stay so when it is over. New ones open and are as silent; that a
     * SYN finds nobody is for a firewall to show.
     */
    record HalfOpen() implements NetworkFault {}

    /** What is open is torn down (RST), and so is whatever comes. */
    record Reset() implements NetworkFault {}

    /** Each connection is closed in order (FIN), to both sides, so long after it was opened. */
    record CutAfter(Duration age) implements NetworkFault {}

    /** Each connection is closed in order when nothing has passed for so long, as many a site's proxy does. */
    record CutWhenSilent(Duration silence) implements NetworkFault {}

    /** A bit is turned over in one octet of so many, in each direction. */
    record Corrupt(int octets) implements NetworkFault {}
}
