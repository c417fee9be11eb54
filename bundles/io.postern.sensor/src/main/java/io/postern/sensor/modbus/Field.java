// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import java.util.Optional;

/**
 * One field of an instrument and where it lies in the unit.
 *
 * @param schema what the model says of it, so that the value is of that kind
 */
public record Field(String name, Span span, Form form, Model.Schema schema) {
    /**
     * The value in what a unit answered.
     *
     * @param read any block that covers the field
     * @return empty when the unit says that it has no value
     */
    public Optional<Measurement> decode(Block read) {
        return form.decode(read.part(span), schema);
    }

    /**
     * What a unit that shows {@code value} has in the field's registers, all other bits of them zero.
     *
     * @throws IllegalArgumentException naming the field, when the value is of another kind or does not fit
     */
    public Block encode(Measurement value) {
        return encode(value, Block.zero(span));
    }

    /**
     * As {@link #encode(Measurement)}, leaving the bits of the same register alone that are other fields'.
     *
     * @param present what stands in the field's span now
     */
    public Block encode(Measurement value, Block present) {
        try {
            return form.encode(value, present);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    /** Whether writing it needs to know what stands there: it shares its register. */
    public boolean isPartOfRegister() {
        return form instanceof Form.Bits;
    }
}
