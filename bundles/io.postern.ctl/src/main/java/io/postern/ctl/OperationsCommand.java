// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** {@code postern ctl dps operations}: what was counted, which is what is billed (DPS-27). */
@Command(name = "operations", description = "Shows how many operations have succeeded.")
final class OperationsCommand implements Callable<Integer> {
    private final Ctl ctl;

    OperationsCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        JsonObject counted = ctl.cloud().provisioning().operations();
        if (ctl.json()) {
            ctl.output().json(counted);
        } else {
            ctl.output().facts(counted);
        }
        return ExitCode.OK;
    }
}
