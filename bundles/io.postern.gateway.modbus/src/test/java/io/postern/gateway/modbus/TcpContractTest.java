// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Framing;

class TcpContractTest extends UnitContract {
    TcpContractTest() {
        super(Framing.TCP);
    }
}
