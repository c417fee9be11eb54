// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove;

import io.postern.lab.Scratch;
import io.postern.lab.prove.clock.ClockCommand;
import io.postern.lab.prove.kills.KillsCommand;
import io.postern.lab.prove.loss.LossCommand;
import io.postern.lab.prove.networks.NetworksCommand;
import io.postern.lab.prove.siege.SiegeCommand;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./postern prove NAME}: the home of every proof that takes minutes. */
@Command(
        name = "postern prove",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        description = "Long proofs. Each ends with 1 when what it is to show did not hold.",
        footer = {
            "  line        A day of faults of a serial line, in simulated time.",
            "  restarts    Drivers stopped and started again and again in one gateway."
        },
        subcommands = {
            ClockCommand.class,
            KillsCommand.class,
            LossCommand.class,
            NetworksCommand.class,
            RevocationCommand.class,
            SiegeCommand.class
        })
public final class Prove implements Runnable {

    public static void main(String[] args) throws IOException {
        Path directory = Scratch.make("postern-prove-");
        System.setProperty("postern.lab", directory.toString());
        int exit = new CommandLine(new Prove()).execute(args);
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
