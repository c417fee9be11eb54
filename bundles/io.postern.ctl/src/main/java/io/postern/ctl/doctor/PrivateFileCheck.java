// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Whether a file with keys in it is readable by its owner alone.
 *
 * @param absent what to do when it cannot be looked at
 */
record PrivateFileCheck(String name, Path file, String absent) implements Check {
    @Override
    public Finding examine() {
        try {
            String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            return permissions.endsWith("------")
                    ? Finding.good(file + " is readable by its owner alone")
                    : Finding.fault(
                            file + " holds keys and others may read it (" + permissions + ")",
                            "chmod 600 " + file + ", and make new keys if a stranger has seen it.");
        } catch (IOException e) {
            return Finding.fault("cannot look at " + file + ": " + e, absent);
        }
    }
}
