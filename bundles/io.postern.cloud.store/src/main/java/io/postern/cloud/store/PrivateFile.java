// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A file that holds a secret: readable by the cloud side's user alone, or not read at all (SEC-05). */
public final class PrivateFile {
    private static final long LONGEST = 64 << 10; // a secret, or a file of credentials, has a few lines

    private PrivateFile() {}

    /**
     * Its text.
     *
     * @param holds what it holds, for the message, as in "the password of the database"
     * @throws IOException when it cannot be read or others may use it; the message does not repeat what it holds
     */
    public static String read(Path file, String holds) throws IOException {
        try {
            Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(file);
            if (allowed.stream().anyMatch(p -> !p.name().startsWith("OWNER"))) {
                throw new IOException("others than its owner may use " + file + ", which holds " + holds
                        + "; type: chmod 600 " + file + ", and make a new one if a stranger has seen it");
            }
            if (Files.size(file) > LONGEST) {
                throw new IOException("the file " + file + " is larger than " + LONGEST + " bytes: not " + holds);
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file.toAbsolutePath() + "; put " + holds + " there", e);
        } catch (CharacterCodingException e) {
            throw new IOException("the file " + file + " is no text in UTF-8", e);
        }
    }
}
