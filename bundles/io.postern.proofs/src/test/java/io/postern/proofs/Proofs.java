// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Those of {@code ./postern prove} that need parts of the gateway in their own JVM. */
@Command(name = "postern prove", mixinStandardHelpOptions = true, subcommands = ProveLine.class)
public final class Proofs implements Runnable {
    public static void main(String[] args) {
        System.exit(new CommandLine(new Proofs()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
