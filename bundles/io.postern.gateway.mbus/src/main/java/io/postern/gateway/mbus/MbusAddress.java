// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mbus;

import io.postern.sensor.mbus.LinkFrame;
import io.postern.sensor.mbus.MeterId;
import io.postern.wire.Setting;
import io.postern.wire.Shown;

/** How a meter is spoken to. */
sealed interface MbusAddress {
    /** @param address 0, as meters are delivered, to 250; or 254, which every meter answers, for a meter alone on its line */
    record Primary(int address) implements MbusAddress {
        // spec: EN 13757-2, 5.7.5
        private static final int MOST = 250;

        public Primary {
            if ((address < 0 || address > MOST) && address != LinkFrame.ANY) {
                throw new IllegalArgumentException("a primary address is 0 to " + MOST + " or 254, not " + address);
            }
        }
    }

    /** @param meter which is selected first */
    record Secondary(MeterId meter) implements MbusAddress {}

    /** @throws IllegalArgumentException beginning with {@code address: } */
    static MbusAddress parse(String text) {
        return Setting.parse("address", text, MbusAddress::parsed);
    }

    private static MbusAddress parsed(String text) {
        if (text.matches("primary:[0-9]{1,3}")) {
            return new Primary(Integer.parseInt(text.substring("primary:".length())));
        }
        if (text.startsWith("secondary:")) {
            return new Secondary(MeterId.parse(text.substring("secondary:".length())));
        }
        throw new IllegalArgumentException(
                "primary:5 or secondary:06855817 are addresses of meters, not \"" + Shown.of(text) + "\"");
    }
}
