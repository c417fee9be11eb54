// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.drivertest.DriverContract;
import io.postern.drivertest.SimulatedInstrument;
import io.postern.gateway.spi.Driver;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateReader;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.ExceptionCode;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The Modbus driver keeps the contract, with a unit made of the codecs' other direction. */
abstract class UnitContract extends DriverContract {
    private static final int UNIT = 7;
    private static final String TEMPLATE = """
            {
              "template": "contract",
              "title": "A unit with one field of each kind",
              "dataSheet": "none, made for this test",
              "driver": "modbus",
              "model": {
                "@context": "dtmi:dtdl:context;2",
                "@id": "dtmi:org:example:contract;1",
                "@type": "Interface",
                "contents": [
                  {"@type": "Telemetry", "name": "voltage", "schema": "double"},
                  {"@type": "Telemetry", "name": "energy", "schema": "double"},
                  {"@type": "Telemetry", "name": "tripped", "schema": "boolean"},
                  {"@type": "Telemetry", "name": "open", "schema": "boolean"},
                  {"@type": "Property", "name": "limit", "schema": "integer", "writable": true}
                ]
              },
              "report": {"period": "1s"},
              "mapping": {
                "fields": {
                  "voltage": "input:0:f32",
                  "energy": {"at": "input:900:u32", "scale": 0.01, "order": "cdab"},
                  "tripped": "discrete:3:bool",
                  "open": {"at": "holding:9:u16", "bit": 3},
                  "limit": "holding:10:u16"
                },
                "identity": {"device": false, "serial": "holding:20:u32"}
              }
            }
            """;

    private final Framing framing;

    UnitContract(Framing framing) {
        this.framing = framing;
    }

    @Override
    protected Driver driver() {
        return new ModbusDriver(clock());
    }

    @Override
    protected Template template() throws Exception {
        return TemplateReader.read("contract.json", TEMPLATE);
    }

    @Override
    protected String address() {
        return "unit:" + UNIT + ",framing:" + framing;
    }

    @Override
    protected List<String> badAddresses() {
        return List.of("", "7", "unit:0", "unit:248", "unit:-1", "unit:7,framing:rtuu", "gpiochip0:17");
    }

    @Override
    protected Map<String, Measurement> shown() {
        return Map.of(
                "voltage", new Quantity(230.5),
                "energy", new Quantity(123_456.78),
                "tripped", new Flag(true),
                "open", new Flag(false),
                "limit", new Count(16));
    }

    @Override
    protected Map<String, Measurement> shownLater() {
        return Map.of(
                "voltage", new Quantity(229.25),
                "energy", new Quantity(123_456.79),
                "tripped", new Flag(false),
                "open", new Flag(true),
                "limit", new Count(20));
    }

    @Override
    protected boolean isChecked() {
        return framing != Framing.TCP; // there the network checks
    }

    @Override
    protected Optional<Map.Entry<String, Measurement>> written() {
        return Optional.of(Map.entry("limit", new Count(25)));
    }

    @Override
    protected SimulatedInstrument showing(Map<String, Measurement> values) {
        try {
            return new Unit(framing, RegisterMap.of(template()), values);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Unit implements SimulatedInstrument {
        private static final int SIZE = 1000;

        private final Framing framing;
        private final int[][] content = new int[Space.values().length][SIZE];

        Unit(Framing framing, RegisterMap map, Map<String, Measurement> values) {
            this.framing = framing;
            values.forEach((name, value) -> {
                Field field = Objects.requireNonNull(map.fields().get(name));
                store(field.encode(value, block(field.span())));
            });
        }

        private void store(Block block) {
            Span span = block.span();
            for (int at = span.address(); at < span.end(); at++) {
                content[span.space().ordinal()][at] =
                        span.space().isBits() ? block.bit(at) ? 1 : 0 : block.register(at);
            }
        }

        private Block block(Span span) {
            var octets = new byte[span.octets()];
            for (int i = 0; i < span.count(); i++) {
                int value = content[span.space().ordinal()][span.address() + i];
                if (span.space().isBits()) {
                    octets[i / 8] |= (byte) (value << i % 8);
                } else {
                    octets[2 * i] = (byte) (value >> 8);
                    octets[2 * i + 1] = (byte) value;
                }
            }
            return new Block(span, Bytes.of(octets));
        }

        @Override
        public byte[] answer(byte[] question) {
            return framed(UNIT, question, answer(request(question)));
        }

        private Answer answer(Request request) {
            return switch (request) {
                case Request.Read(Span span) -> new Answer.Data(block(span));
                case Request.WriteOne(Block block) -> written(block);
                case Request.WriteMany(Block block) -> written(block);
                case Request.ReadWrite(Span read, Block written) -> {
                    store(written);
                    yield new Answer.Data(block(read));
                }
                case Request.Identify _ -> new Answer.Refused(new ExceptionCode(1));
            };
        }

        private Answer written(Block block) {
            store(block);
            return new Answer.Written();
        }

        @Override
        public Optional<byte[]> refusal(byte[] question) {
            return Optional.of(framed(UNIT, question, new Answer.Refused(new ExceptionCode(4))));
        }

        @Override
        public Optional<byte[]> neighbour(byte[] question) {
            return Optional.of(framed(UNIT + 1, question, answer(request(question))));
        }

        private byte[] framed(int unit, byte[] question, Answer answer) {
            int number = framing == Framing.TCP ? (question[0] & 0xFF) << 8 | question[1] & 0xFF : 0;
            return framing.frame(unit, number, answer.encode(request(question))).toArray();
        }

        private Request request(byte[] question) {
            Bytes frame = Bytes.of(question);
            Bytes pdu =
                    switch (framing) {
                        case RTU -> frame.slice(1, frame.length() - 2);
                        case TCP -> frame.slice(7, frame.length());
                        case ASCII -> {
                            String digits = new String(question, StandardCharsets.US_ASCII)
                                    .strip()
                                    .substring(1);
                            yield Bytes.of(HexFormat.of().parseHex(digits.substring(2, digits.length() - 2)));
                        }
                    };
            return Request.decode(pdu).orElseThrow();
        }
    }
}
