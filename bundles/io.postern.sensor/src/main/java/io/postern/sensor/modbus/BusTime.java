// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import java.time.Duration;

/**
 * How long an exchange occupies a line: the silence before it, the question, the time the unit takes, the answer.
 *
 * @param characterTime of one character; zero for a socket
 * @param silence what parts one frame from the next
 * @param turnaround from the last character of a question to the first of its answer
 */
public record BusTime(Framing framing, Duration characterTime, Duration silence, Duration turnaround) {
    public Duration of(Request request) {
        int characters = framing.characters(request.encode().length()) + framing.characters(request.answerOctets());
        return silence.plus(turnaround).plus(characterTime.multipliedBy(characters));
    }
}
