// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.Bytes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/**
 * Collects one request's body up to a bound. Lives on the connection's event loop and is owned by it.
 *
 * <p>Calls back once: with the whole body, or that it is too large as soon as that is known. A body that never ends is
 * cut by the listener's deadline.
 */
final class BodyReader {
    private final int most;
    private final Consumer<Bytes> whole;
    private final Runnable tooLarge;
    private Buffer read = Buffer.buffer();
    private boolean done;

    private BodyReader(int most, Consumer<Bytes> whole, Runnable tooLarge) {
        this.most = most;
        this.whole = whole;
        this.tooLarge = tooLarge;
    }

    static void start(HttpServerRequest request, int most, Consumer<Bytes> whole, Runnable tooLarge) {
        var reader = new BodyReader(most, whole, tooLarge);
        if (announcedLength(request) > most) {
            reader.refuse();
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
            refuse();
        } else {
            read.appendBuffer(part);
        }
    }

    private void refuse() {
        done = true;
        read = Buffer.buffer();
        tooLarge.run();
    }

    private void end() {
        if (!done) {
            done = true;
            whole.accept(Bytes.of(read.getBytes()));
        }
    }
}
