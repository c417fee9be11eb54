# SPDX-License-Identifier: Apache-2.0
"""Modbus units that others wrote, for tests: pymodbus, or libmodbus through ctypes. Ends when its standard input ends.

Arguments: pymodbus|libmodbus rtu|ascii|tcp address unit...
where address is a serial port at 19200 8N1 (RTU, ASCII) or host:port. Prints "ready" or "ready PORT".
"""
import asyncio
import ctypes
import os
import struct
import sys
import threading

COUNT = 64


def registers(unit):
    """The map that PeersIT's template describes, packed by Python."""
    words = [0] * COUNT

    def put(address, octets):
        found = struct.unpack(">%dH" % (len(octets) // 2), octets)
        words[address : address + len(found)] = found

    def swapped(octets):
        return b"".join(octets[i : i + 2][::-1] for i in range(0, len(octets), 2))

    def words_turned(octets):
        return b"".join(octets[i : i + 2] for i in range(len(octets) - 2, -1, -2))

    real = struct.pack(">f", 50.02)
    put(0, struct.pack(">Hh", 2301, -150))
    put(2, struct.pack(">I", 4123456789))
    put(4, words_turned(struct.pack(">i", -42)))
    put(6, real)
    put(8, words_turned(real))
    put(10, swapped(real))
    put(12, real[::-1])
    put(14, struct.pack(">Q", 2**40 + 5))
    put(18, struct.pack(">d", -100.249))
    put(22, struct.pack(">q", -7)[::-1])
    put(26, bytes.fromhex("1234"))
    put(27, struct.pack(">H", 0b1010_0001))
    put(28, b"POSTERN1")
    put(48, struct.pack(">H", unit))
    return words


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


async def pymodbus(framing, address, units):
    from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
    from pymodbus.device import ModbusDeviceIdentification
    from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
    from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer, ModbusSocketFramer

    slaves = {
        unit: ModbusSlaveContext(
            co=ModbusSequentialDataBlock(0, [0] * COUNT),
            di=ModbusSequentialDataBlock(0, [0, 0, 0, 1] + [0] * COUNT),
            hr=ModbusSequentialDataBlock(0, registers(unit)),
            ir=ModbusSequentialDataBlock(0, registers(unit)),
            zero_mode=True,
        )
        for unit in units
    }
    context = ModbusServerContext(slaves=slaves, single=False)
    identity = ModbusDeviceIdentification(info={0: "Postern", 1: "Peer", 2: "3.0"})
    if framing == "tcp":
        host, port = address.rsplit(":", 1)
        server = ModbusTcpServer(
            context, framer=ModbusSocketFramer, identity=identity, address=(host, int(port)), ignore_missing_slaves=True
        )
        serving = asyncio.ensure_future(server.serve_forever())
        await server.serving
        print("ready", server.server.sockets[0].getsockname()[1], flush=True)
    else:
        server = ModbusSerialServer(
            context,
            framer=ModbusRtuFramer if framing == "rtu" else ModbusAsciiFramer,
            identity=identity,
            port=address,
            baudrate=19200,
            ignore_missing_slaves=True,
        )
        await server.start()
        serving = asyncio.get_running_loop().create_future()
        print("ready", flush=True)
    await serving


class Mapping(ctypes.Structure):
    """spec: modbus_mapping_t of libmodbus 3.1."""

    _fields_ = [(name, ctypes.c_int) for name in ("nb", "b0", "nib", "ib0", "nir", "ir0", "nr", "r0")] + [
        ("bits", ctypes.POINTER(ctypes.c_uint8)),
        ("input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("registers", ctypes.POINTER(ctypes.c_uint16)),
    ]


def libmodbus(framing, address, units):
    lib = ctypes.CDLL("libmodbus.so.5", use_errno=True)
    for name in ("modbus_new_tcp", "modbus_new_rtu", "modbus_mapping_new"):
        getattr(lib, name).restype = ctypes.c_void_p
    lib.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    mapping = lib.modbus_mapping_new(COUNT, COUNT, COUNT, COUNT)
    for address_of, word in enumerate(registers(units[0])):
        mapping.contents.registers[address_of] = word
        mapping.contents.input_registers[address_of] = word
    mapping.contents.input_bits[3] = 1
    query = (ctypes.c_uint8 * 260)()
    if framing == "tcp":
        host, port = address.rsplit(":", 1)
        context = ctypes.c_void_p(lib.modbus_new_tcp(host.encode(), int(port)))
        listener = lib.modbus_tcp_listen(context, 1)
        if listener < 0:
            sys.exit("libmodbus cannot listen on " + address)
        import socket

        print("ready", socket.socket(fileno=os.dup(listener)).getsockname()[1], flush=True)
        lib.modbus_tcp_accept(context, ctypes.byref(ctypes.c_int(listener)))
    else:
        context = ctypes.c_void_p(
            lib.modbus_new_rtu(address.encode(), 19200, ctypes.c_char(b"N"), 8, 1)
        )
        lib.modbus_set_slave(context, units[0])
        if lib.modbus_connect(context) != 0:
            sys.exit("libmodbus cannot open " + address)
        print("ready", flush=True)
    while True:
        got = lib.modbus_receive(context, query)
        if got > 0:
            lib.modbus_reply(context, query, got, mapping)
        elif got < 0 and framing == "tcp":
            return


def main(library, framing, address, *units):
    threading.Thread(target=end_with_input, daemon=True).start()
    units = [int(unit) for unit in units]
    if library == "pymodbus":
        asyncio.run(pymodbus(framing, address, units))
    else:
        libmodbus(framing, address, units)


main(*sys.argv[1:])
