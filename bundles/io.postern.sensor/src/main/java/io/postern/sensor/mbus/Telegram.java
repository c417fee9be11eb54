// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a meter says in one frame: the variable data structure. spec: EN 13757-3, 5.
 *
 * @param meter who says it; empty when the telegram has a short header or none
 * @param status what the meter says of itself, see {@link #trouble}
 * @param records in their order
 * @param more whether a further telegram follows on the next request
 */
public record Telegram(Optional<MeterId> meter, int access, int status, List<DataRecord> records, boolean more) {
    private static final int LONG_HEADER = 0x72;
    private static final int SHORT_HEADER = 0x7A;
    private static final int NO_HEADER = 0x78;
    private static final int ENCRYPTED = 0x1F00; // spec: EN 13757-3, 5.12: the mode in the configuration word

    public Telegram {
        records = List.copyOf(records);
    }

    /**
     * Reads the data of a meter's frame.
     *
     * @throws IllegalArgumentException when they cannot be understood
     */
    public static Telegram decode(LinkFrame.Long frame) {
        Bytes data = frame.data();
        int header =
                switch (frame.information()) {
                    case LONG_HEADER -> 12;
                    case SHORT_HEADER -> 4;
                    case NO_HEADER -> 0;
                    case 0x73 ->
                        throw new IllegalArgumentException("a telegram of fixed structure, which is not read here");
                    default ->
                        throw new IllegalArgumentException(
                                "a telegram of the kind %02x, which is not read here".formatted(frame.information()));
                };
        if (data.length() < header) {
            throw new IllegalArgumentException("the telegram ends in its header");
        }
        Optional<MeterId> meter =
                header == 12 ? Optional.of(new MeterId(data.slice(0, MeterId.LENGTH))) : Optional.empty();
        int access = header == 0 ? 0 : data.at(header - 4);
        int status = header == 0 ? 0 : data.at(header - 3);
        int configuration = header == 0 ? 0 : data.at(header - 2) | data.at(header - 1) << 8;
        if ((configuration & ENCRYPTED) != 0) {
            throw new IllegalArgumentException("the telegram is encrypted, which is not read here");
        }
        return records(data, header, meter, access, status);
    }

    private static Telegram records(Bytes data, int from, Optional<MeterId> meter, int access, int status) {
        List<DataRecord> records = new ArrayList<>();
        int at = from;
        boolean more = false;
        while (at < data.length()) {
            int dif = data.at(at);
            if (dif == 0x2F) { // spec: EN 13757-3, 6.2: filler
                at++;
            } else if (dif == 0x0F || dif == 0x1F) { // what follows is the maker's own
                more = dif == 0x1F;
                break;
            } else {
                DataRecord record = DataRecord.decode(data, at);
                records.add(record);
                at = record.end();
            }
        }
        return new Telegram(meter, access, status, records, more);
    }

    /** Why the meter says its values do not count; empty when it says nothing of the kind. spec: EN 13757-3, 5.10. */
    public Optional<String> trouble() {
        return switch (status & 3) {
            case 1 -> Optional.of("the meter is busy");
            case 2 -> Optional.of("the meter reports an error of its application");
            case 3 -> Optional.of("the meter reports an alarm of its application");
            default -> Optional.empty();
        };
    }
}
