// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** A file that holds a key: readable by the gateway's user alone, or not read at all. */
public final class PrivateFile {
    private static final long LONGEST = 64 << 10; // a PEM key of RSA 16384 has 13 kB
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private PrivateFile() {}

    /** @param setting the configuration's key, for the message */
    public static byte[] read(String setting, Path file) throws IdentityException {
        try {
            Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
            open.retainAll(Files.getPosixFilePermissions(file));
            if (!open.isEmpty()) {
                throw new IdentityException(setting + ": others than its owner may use " + file
                        + ", which holds a key; type: chmod 600 " + file
                        + ", and make a new key if a stranger has seen it");
            }
            if (Files.size(file) > LONGEST) {
                throw new IdentityException(setting + ": " + file + " is larger than " + LONGEST + " bytes: not a key");
            }
            return Files.readAllBytes(file);
        } catch (IdentityException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new IdentityException(
                    setting + ": there is no file " + file.toAbsolutePath() + "; put the gateway's key there", e);
        } catch (IOException e) {
            throw new IdentityException(setting + ": cannot read " + file + ": " + e, e);
        }
    }
}
