// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import java.util.Optional;
import java.util.OptionalLong;

/** An end with a {@link Station} behind it. */
final class StationEnd extends WireEnd {
    private final Station station;
    private final CharacterFormat setTo;

    StationEnd(Station station, CharacterFormat setTo) {
        super(setTo);
        this.station = station;
        this.setTo = setTo;
    }

    @Override
    void collect(long now) {
        while (hasRoom()) {
            Optional<Station.Speech> speech = station.speak(now);
            if (speech.isEmpty()) {
                return;
            }
            send(speech.get().at(), setTo, speech.get().octets());
        }
    }

    @Override
    OptionalLong due() {
        return station.due();
    }

    @Override
    void hear(byte octet, CharacterFormat spoken, long at) {
        station.heard(setTo.equals(spoken) ? octet : garbled(octet), at);
    }

    @Override
    void hear(byte octet, long at) {
        station.heard(octet, at);
    }

    @Override
    public String toString() {
        return station.toString();
    }
}
