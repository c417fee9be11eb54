# SPDX-License-Identifier: Apache-2.0
"""Modbus RTU instruments on one serial port, served by pymodbus. Ends when its standard input ends.

Arguments: port baud bytesize parity stopbits unit...
"""
import asyncio
import math
import os
import struct
import sys
import threading

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusSerialServer
from pymodbus.transaction import ModbusRtuFramer

TICK_SECONDS = 0.1
REGISTERS = 125
BITS = 64


def holding(unit, tick):
    voltage = 2300 + round(50 * math.sin(tick / 20 + unit))
    current = round(400 * math.sin(tick / 50 + unit))
    frequency = 50 + 0.05 * math.sin(tick / 30)
    return list(struct.unpack(">7H", struct.pack(">HhIfH", voltage, current, tick, frequency, unit)))


async def live(contexts):
    tick = 0
    while True:
        for unit, context in contexts.items():
            context.setValues(3, 0, holding(unit, tick))
            context.setValues(4, 0, holding(unit, tick))
            context.setValues(1, 0, [tick % 2 == 1])
            context.setValues(2, 0, [unit % 2 == 1])
        tick += 1
        await asyncio.sleep(TICK_SECONDS)


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


async def main(port, baud, bytesize, parity, stopbits, *units):
    if os.path.realpath(port).startswith("/dev/pts/"):
        bytesize, parity = 8, "N"  # a pseudo-terminal keeps nothing else, and glibc calls that an error

    def block(count):
        return ModbusSequentialDataBlock(0, [0] * count)

    contexts = {
        int(unit): ModbusSlaveContext(
            co=block(BITS), di=block(BITS), hr=block(REGISTERS), ir=block(REGISTERS), zero_mode=True
        )
        for unit in units
    }
    server = ModbusSerialServer(
        ModbusServerContext(slaves=contexts, single=False),
        framer=ModbusRtuFramer,
        port=port,
        baudrate=int(baud),
        bytesize=int(bytesize),
        parity=parity,
        stopbits=float(stopbits),
        ignore_missing_slaves=True,
        auto_reconnect=True,
        reconnect_delay=0.2,
    )
    ticking = asyncio.ensure_future(live(contexts))
    await server.start()
    if server.transport is None:  # with auto_reconnect it would try for ever
        sys.exit(f"cannot open {port}")
    threading.Thread(target=end_with_input, daemon=True).start()
    print("ready", flush=True)
    await ticking


asyncio.run(main(*sys.argv[1:]))
