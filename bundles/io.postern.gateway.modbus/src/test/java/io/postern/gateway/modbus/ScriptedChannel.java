// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Line;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A line whose answers are said beforehand, one list of chunks for each frame written. Waiting takes no time. */
final class ScriptedChannel implements Line.Channel {
    final List<Line.Event> noted = new ArrayList<>();
    private final Queue<List<Bytes>> answers = new ArrayDeque<>();
    private final Queue<Bytes> arriving = new ArrayDeque<>();
    private final List<String> log = new ArrayList<>();

    ScriptedChannel answers(Bytes... chunks) {
        answers.add(List.of(chunks));
        return this;
    }

    /** What was done: the frames written in hexadecimal, and {@code quiet 500ms}. */
    List<String> log() {
        return log;
    }

    @Override
    public void write(byte[] frame) {
        log.add(Bytes.of(frame).toString());
        arriving.clear();
        arriving.addAll(answers.isEmpty() ? List.of() : answers.remove());
    }

    @Override
    public int read(byte[] buffer, int offset, Duration patience) {
        if (arriving.isEmpty()) {
            return 0;
        }
        Bytes chunk = arriving.remove();
        System.arraycopy(chunk.toArray(), 0, buffer, offset, chunk.length());
        return chunk.length();
    }

    @Override
    public Line.Timing timing() {
        return new Line.Timing(Duration.ofMillis(1), Duration.ofMillis(4), Duration.ZERO);
    }

    @Override
    public void note(Line.Event event) {
        noted.add(event);
    }

    @Override
    public void quiet(Duration silence) {
        log.add("quiet " + silence.toMillis() + "ms");
        arriving.clear();
    }
}
