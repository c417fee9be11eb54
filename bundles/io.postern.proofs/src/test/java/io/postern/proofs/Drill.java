// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import io.postern.lab.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./postern drill NAME}: what an outage does, tried before it happens. */
@Command(
        name = "postern drill",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        description = "Outages, tried before they happen. Each ends with 1 when not all came back as they should.",
        subcommands = DrillStorm.class)
public final class Drill implements Runnable {
    public static void main(String[] args) throws IOException {
        Path directory = Scratch.make("postern-drill-");
        System.setProperty("postern.lab", directory.toString());
        int exit = new CommandLine(new Drill()).execute(args);
        if (exit == 0) {
            Scratch.delete(directory);
        } else {
            System.err.println("logs and data are kept in " + directory);
        }
        System.exit(exit);
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
