// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Framing;

class RtuContractTest extends UnitContract {
    RtuContractTest() {
        super(Framing.RTU);
    }
}
