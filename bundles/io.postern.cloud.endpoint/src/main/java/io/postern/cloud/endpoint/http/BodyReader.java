// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.Bytes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/**
 * Collects one request's body up to a bound. Lives on the connection's event loop and is owned by it.
 *
 * <p>Tells its receiver one thing, once. A body that never ends is cut by the listener's deadline.
 */
final class BodyReader {
    /** Whoever waits for the body. */
    interface Receiver {
        void whole(Bytes body);

        /** Known as soon as the body is announced or grows too large. */
        void tooLarge();

        /** No memory for more. */
        void noRoom();

        /** Whether there is memory for {@code bytes} more. */
        boolean takeRoom(int bytes);
    }

    private final int most;
    private final Receiver receiver;
    private Buffer read = Buffer.buffer();
    private boolean done;

    private BodyReader(int most, Receiver receiver) {
        this.most = most;
        this.receiver = receiver;
    }

    static void start(HttpServerRequest request, int most, Receiver receiver) {
        var reader = new BodyReader(most, receiver);
        if (announcedLength(request) > most) {
            reader.drop();
            receiver.tooLarge();
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.handler(reader::take);
        request.endHandler(end -> reader.end());
    }

    private static long announcedLength(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private void take(Buffer part) {
        if (done) {
            return;
        }
        if (read.length() + part.length() > most) {
            drop();
            receiver.tooLarge();
        } else if (!receiver.takeRoom(part.length())) {
            drop();
            receiver.noRoom();
        } else {
            read.appendBuffer(part);
        }
    }

    private void drop() {
        done = true;
        read = Buffer.buffer();
    }

    private void end() {
        if (!done) {
            done = true;
            receiver.whole(Bytes.of(read.getBytes()));
        }
    }
}
