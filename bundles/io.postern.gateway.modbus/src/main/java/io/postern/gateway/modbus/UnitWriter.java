// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Line;
import io.postern.sensor.Measurement;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.RegisterMap.Writing;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Space;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a field and reads it back. When the answer to a write is lost nothing is repeated before reading back has shown
 * that the unit did not take it; that holds for a write which was cut off by an unplug, too, and is asked for again once the
 * port is back. Used by the line's thread alone.
 */
final class UnitWriter {
    private static final int ILLEGAL_FUNCTION = 1;

    private final int unit;
    private final RegisterMap map;
    private final UnitClient client;
    private final Set<String> unknown = new HashSet<>(); // of the map's fields, since a write was cut off
    private boolean lacksSingle;

    UnitWriter(int unit, RegisterMap map, UnitClient client) {
        this.unit = unit;
        this.map = map;
        this.client = client;
    }

    /**
     * Writes a property, or carries out a command.
     *
     * @return what the unit then shows
     */
    Measurement write(Line.Channel channel, String name, Measurement value) throws IOException, InterruptedException {
        RegisterMap.Command command = map.commands().get(name);
        if (command != null) {
            return command(channel, command.field(), command.value().orElse(value));
        }
        Field field = map.fields().get(name);
        if (field == null || !map.writable().contains(name)) {
            throw new IllegalArgumentException(name + " cannot be written; what can is "
                    + map.writable().stream().sorted().toList());
        }
        return property(channel, field, value);
    }

    private Measurement property(Line.Channel channel, Field field, Measurement value)
            throws IOException, InterruptedException {
        Block wanted = wanted(channel, field, value);
        Optional<Block> shown = Optional.empty();
        if (!isThereAlready(channel, field, wanted)) {
            try {
                shown = put(channel, wanted);
            } catch (ModbusException lost) {
                if (!isShown(field, wanted, readBack(channel, field, lost))) {
                    shown = putAgain(channel, field, wanted);
                }
            } catch (RefusedException refused) {
                throw refused;
            } catch (IOException gone) {
                throw unknown(field, gone);
            }
        }
        Block now = shown.isPresent() ? shown.get() : readBack(channel, field);
        return field.decode(now)
                .orElseThrow(
                        () -> new IOException("unit " + unit + " took " + field.name() + " and shows no value now"));
    }

    /** Whether an earlier write, of which nobody knows what became, has done it. */
    private boolean isThereAlready(Line.Channel channel, Field field, Block wanted)
            throws IOException, InterruptedException {
        if (!unknown.contains(field.name())) {
            return false;
        }
        Block now = readBack(channel, field);
        unknown.remove(field.name());
        return isShown(field, wanted, now);
    }

    /** A command may end by itself, so what the unit shows afterwards does not tell whether it was carried out. */
    private Measurement command(Line.Channel channel, Field field, Measurement value)
            throws IOException, InterruptedException {
        Block wanted = wanted(channel, field, value);
        try {
            put(channel, wanted);
        } catch (ModbusException lost) {
            throw unknown(field, lost);
        }
        try {
            return field.decode(readBack(channel, field)).orElse(value);
        } catch (RefusedException e) {
            return value; // registers of commands are often to be written only
        }
    }

    private Block wanted(Line.Channel channel, Field field, Measurement value)
            throws IOException, InterruptedException {
        Block alone = field.encode(value); // refuses before anything is sent
        return field.isPartOfRegister() ? field.encode(value, readBack(channel, field)) : alone;
    }

    private static boolean isShown(Field field, Block wanted, Block now) {
        return field.decode(now).equals(field.decode(wanted));
    }

    private Optional<Block> putAgain(Line.Channel channel, Field field, Block wanted)
            throws IOException, InterruptedException {
        try {
            return put(channel, wanted);
        } catch (ModbusException lost) {
            if (isShown(field, wanted, readBack(channel, field, lost))) {
                return Optional.empty();
            }
            throw unknown(field, lost);
        }
    }

    /** @return what the unit read back itself, if it was asked so */
    private Optional<Block> put(Line.Channel channel, Block wanted) throws IOException, InterruptedException {
        boolean one = wanted.span().count() == 1;
        if (map.writing() == Writing.READ_WRITE && wanted.span().space() == Space.HOLDING) {
            Answer answer = client.ask(channel, new Request.ReadWrite(wanted.span(), wanted));
            return answer instanceof Answer.Data(Block block) ? Optional.of(block) : Optional.empty();
        }
        if (one && map.writing() != Writing.MULTIPLE && !lacksSingle) {
            try {
                client.ask(channel, new Request.WriteOne(wanted));
                return Optional.empty();
            } catch (RefusedException e) {
                if (e.code().code() != ILLEGAL_FUNCTION) {
                    throw e;
                }
                lacksSingle = true;
            }
        }
        client.ask(channel, new Request.WriteMany(wanted));
        return Optional.empty();
    }

    private Block readBack(Line.Channel channel, Field field) throws IOException, InterruptedException {
        var read = new Request.Read(field.span());
        if (client.ask(channel, read) instanceof Answer.Data(Block block)) {
            return block;
        }
        throw new IllegalStateException("an answer to " + read + " that is none"); // the parser lets none through
    }

    private Block readBack(Line.Channel channel, Field field, ModbusException lost)
            throws IOException, InterruptedException {
        try {
            return readBack(channel, field);
        } catch (IOException e) {
            lost.addSuppressed(e);
            throw unknown(field, lost);
        }
    }

    private IOException unknown(Field field, IOException lost) {
        unknown.add(field.name());
        return new IOException(
                "unit " + unit + ": it is not known whether " + field.name()
                        + " was taken, read it before you write it again (" + lost.getMessage() + ")",
                lost);
    }
}
