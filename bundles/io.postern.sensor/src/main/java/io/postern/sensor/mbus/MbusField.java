// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.mbus.DataRecord.Function;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One value and which record of a meter's telegrams it is.
 *
 * @param what as {@link Meaning} calls it
 * @param record the how manieth of those that fit, counted from 0; empty when there is one only
 * @param unit of the model, as DTDL spells it; empty when it has none
 */
public record MbusField(
        String name,
        String what,
        Function function,
        long storage,
        int tariff,
        int subunit,
        OptionalInt record,
        Schema schema,
        String unit) {
    /** Whether a record is of this field's kind. */
    boolean fits(DataRecord each) {
        return each.function() == function
                && each.storage() == storage
                && each.tariff() == tariff
                && each.unit() == subunit
                && Meaning.of(each.vif())
                        .filter(meaning -> meaning.what().equals(what))
                        .isPresent();
    }

    /**
     * The record that is this field's.
     *
     * @throws IllegalArgumentException when several could be
     */
    Optional<DataRecord> find(List<DataRecord> records) {
        List<DataRecord> fitting = records.stream().filter(this::fits).toList();
        if (record.isPresent()) {
            return fitting.stream().skip(record.getAsInt()).findFirst();
        }
        if (fitting.size() > 1) {
            throw new IllegalArgumentException(
                    name + ": " + fitting.size() + " records are " + what + "; say by \"record\" which one it is");
        }
        return fitting.stream().findFirst();
    }

    /** What a number of this record is multiplied with to be in the model's unit. */
    private BigDecimal[] ratio(DataRecord each) {
        Meaning meaning = Meaning.of(each.vif()).orElseThrow();
        BigDecimal one = unit.isEmpty()
                ? BigDecimal.ONE
                : meaning.dimension()
                        .in(unit)
                        .orElseThrow(
                                () -> new IllegalArgumentException(name + ": " + what + " cannot be told in " + unit));
        return new BigDecimal[] {meaning.factor(), one};
    }

    /**
     * The value of this field's record; empty when the meter says that it has none.
     *
     * @throws IllegalArgumentException when the record holds something else
     */
    Optional<Measurement> decode(DataRecord each) {
        try {
            if (schema == Schema.STRING) {
                return each.text().map(Measurement.Text::new);
            }
            return each.number().map(number -> measured(number, ratio(each)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private Measurement measured(BigDecimal number, BigDecimal[] ratio) {
        BigDecimal value = number.multiply(ratio[0]).divide(ratio[1], MathContext.DECIMAL64);
        return switch (schema) {
            case INTEGER, LONG -> {
                try {
                    yield new Measurement.Count(value.longValueExact());
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException(value + " is not whole, as the model wants it", e);
                }
            }
            case BOOLEAN -> new Measurement.Flag(number.signum() != 0);
            case DOUBLE, FLOAT -> new Measurement.Quantity(value.doubleValue());
            case STRING -> throw new IllegalStateException("a text is no number");
        };
    }

    /** The number that stands for {@code value} in a record. */
    BigDecimal raw(DataRecord each, Measurement value) {
        BigDecimal number =
                switch (value) {
                    case Measurement.Quantity(double quantity) -> BigDecimal.valueOf(quantity);
                    case Measurement.Count(long count) -> BigDecimal.valueOf(count);
                    case Measurement.Flag(boolean set) -> set ? BigDecimal.ONE : BigDecimal.ZERO;
                    case Measurement.Text(String text) -> new BigDecimal(text);
                };
        if (schema == Schema.BOOLEAN || schema == Schema.STRING) {
            return number;
        }
        BigDecimal[] ratio = ratio(each);
        return number.multiply(ratio[1]).divide(ratio[0], MathContext.DECIMAL64);
    }
}
