// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/**
 * The one directory the journal keeps its segments in: the port behind which tests put a disk that fails. All calls come
 * from one thread, but {@link StoredFile#read}, which any may call.
 */
interface FileStore {
    /** The names of the files that are there. */
    List<String> list() throws IOException;

    /** Opens a file that is there. */
    StoredFile open(String name) throws IOException;

    /** Makes a file of {@code size} zeros; when this returns, it and its name survive a power cut. */
    StoredFile create(String name, int size) throws IOException;

    /** Gives a closed file another name; when this returns, that survives a power cut. */
    void rename(String from, String to) throws IOException;

    void delete(String name) throws IOException;

    /** For messages: where this is. */
    String place();

    /** Octets the device under the directory has written since it was switched on; empty when that is not known. */
    OptionalLong deviceWritten();

    /** An open file of fixed size. */
    interface StoredFile extends AutoCloseable {
        int size();

        /** Fills {@code to} from {@code at} on; less only at the end of the file. */
        void read(ByteBuffer to, int at) throws IOException;

        /** Writes all of {@code from}; survives a power cut after {@link #force} only, in parts of 512 octets until then. */
        void write(ByteBuffer from, int at) throws IOException;

        /** Returns when all that was written survives a power cut. After a failure nobody knows what does. */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }
}
