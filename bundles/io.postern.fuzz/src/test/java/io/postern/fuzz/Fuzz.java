// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

/** What Jazzer calls: one target a process, named by the first argument. */
public final class Fuzz {
    private static Target target = Target.JSON;

    private Fuzz() {}

    public static void fuzzerInitialize(String[] args) {
        target = Target.named(args[0]).orElseThrow();
    }

    public static void fuzzerTestOneInput(byte[] octets) {
        target.accept(octets);
    }
}
