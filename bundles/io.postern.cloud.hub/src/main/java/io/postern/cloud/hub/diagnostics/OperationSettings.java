// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.nio.file.Path;

/**
 * Where the log of operations goes.
 *
 * @param directory gets {@code operations.log} and the older {@code operations.log.1} and so on
 * @param fileSize in bytes, from which on the next file is begun
 * @param files how many are kept, the one being written included
 */
public record OperationSettings(Path directory, long fileSize, int files) {
    public static final long DEFAULT_FILE_SIZE = 16L << 20; // about 50,000 lines
    public static final int DEFAULT_FILES = 8;
    private static final int MOST_FILES = 1_000;
    private static final long LEAST_SIZE = 4_096; // a few lines; less would rotate at each

    public OperationSettings {
        if (fileSize < LEAST_SIZE) {
            throw new IllegalArgumentException("fileSize must be at least " + LEAST_SIZE + " bytes, it is " + fileSize);
        }
        if (files < 1 || files > MOST_FILES) {
            throw new IllegalArgumentException("files must be 1 to " + MOST_FILES + ", it is " + files);
        }
    }

    public static OperationSettings in(Path directory) {
        return new OperationSettings(directory, DEFAULT_FILE_SIZE, DEFAULT_FILES);
    }
}
