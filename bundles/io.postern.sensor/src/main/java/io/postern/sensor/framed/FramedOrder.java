// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.Measurement;
import io.postern.wire.Bytes;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/**
 * What makes an instrument do something.
 *
 * @param name a writable property or a command of the model
 * @param send what is sent, with {@code {value}} where the value stands
 * @param decimals of the value
 * @param scale what the sent number is multiplied with to be the model's
 * @param answer empty when it answers nothing
 */
public record FramedOrder(String name, Bytes send, int decimals, BigDecimal scale, Optional<Answer> answer) {
    /**
     * How an instrument answers an order.
     *
     * @param patience until it begins
     * @param taken what is found in the answer of one that has taken it
     * @param refused what is found in the answer of one that has not; empty when it then says nothing
     * @param sample the content of a real answer, for the simulator
     */
    public record Answer(
            FrameFormat format, Duration patience, FieldPattern taken, Optional<FieldPattern> refused, Bytes sample) {
        public boolean isTaken(Bytes content) {
            return taken.find(content.toArray()).isPresent();
        }

        public boolean isRefused(Bytes content) {
            return refused.isPresent() && refused.get().find(content.toArray()).isPresent();
        }
    }

    static final String VALUE = "{value}";

    /** Whether it carries a value. */
    public boolean hasValue() {
        return Locator.text(send).contains(VALUE);
    }

    /**
     * What is sent to the instrument of this address.
     *
     * @throws IllegalArgumentException when the value cannot be written there
     */
    public Bytes octets(String address, Measurement value) {
        Bytes addressed = FrameKind.addressed(send, address);
        return hasValue() ? FramedMapping.octets(Locator.text(addressed).replace(VALUE, text(value))) : addressed;
    }

    private String text(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double quantity) -> number(BigDecimal.valueOf(quantity));
            case Measurement.Count(long count) -> number(BigDecimal.valueOf(count));
            case Measurement.Flag(boolean set) -> set ? "1" : "0";
            // printable, and nothing that could end the frame or begin another order
            case Measurement.Text(String said) -> {
                if (!said.matches("[A-Za-z0-9 ._+-]{0,64}")) {
                    throw new IllegalArgumentException(
                            name + ": up to 64 letters, digits, blanks and . _ + - can be sent as text");
                }
                yield said;
            }
        };
    }

    private String number(BigDecimal value) {
        return value.divide(scale, MathContext.DECIMAL64)
                .setScale(decimals, RoundingMode.HALF_UP)
                .toPlainString();
    }
}
