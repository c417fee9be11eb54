// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Framing;

class AsciiContractTest extends UnitContract {
    AsciiContractTest() {
        super(Framing.ASCII);
    }
}
