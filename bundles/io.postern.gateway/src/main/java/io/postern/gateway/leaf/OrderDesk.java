// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.LeafOrders;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** What may be ordered of a leaf, and what became of an order, in words. Pure. */
final class OrderDesk {
    private OrderDesk() {}

    /** What came of a write at the instrument. */
    sealed interface Written {
        record Shows(Measurement shown) implements Written {}

        /** It is not known to be the right instrument. */
        record Held() implements Written {}

        record Unfit(String why) implements Written {}

        record Refused(String why) implements Written {}

        record Lost(String why, boolean sent) implements Written {}

        static Written shows(Measurement shown) {
            return new Shows(shown);
        }

        static Written held() {
            return new Held();
        }

        /** The instrument cannot be told this; nothing was sent. */
        static Written unfit(IllegalArgumentException e) {
            return new Unfit(String.valueOf(e.getMessage()));
        }

        static Written refused(IOException e) {
            return new Refused(String.valueOf(e.getMessage()));
        }

        static Written lost(IOException e, boolean sent) {
            return new Lost(String.valueOf(e.getMessage()), sent);
        }
    }

    /** Why the model does not allow the order; empty when it does. */
    static Optional<LeafOrders.Outcome> objection(Model model, String field, Measurement value) {
        Content content = model.contents().get(field);
        return switch (content) {
            case null -> Optional.of(new LeafOrders.Outcome.NotInModel("the model has no " + field));
            case Content.Command(Optional<Schema> request) -> request.flatMap(schema -> misfit(field, schema, value));
            case Content.Telemetry _ ->
                Optional.of(new LeafOrders.Outcome.NotInModel(field + " is measured, it cannot be written"));
            case Content.Property(var _, var _, boolean writable)
            when !writable -> Optional.of(new LeafOrders.Outcome.NotInModel(field + " cannot be written"));
            case Content.Property(Schema schema, var _, var _) -> misfit(field, schema, value);
        };
    }

    private static Optional<LeafOrders.Outcome> misfit(String field, Schema schema, Measurement value) {
        return fits(schema, value)
                ? Optional.empty()
                : Optional.of(new LeafOrders.Outcome.BadValue(field + " is of the schema "
                        + schema.name().toLowerCase(Locale.ROOT) + ", not " + text(value)));
    }

    private static boolean fits(Schema schema, Measurement value) {
        return switch (schema) {
            case BOOLEAN -> value instanceof Measurement.Flag;
            case DOUBLE, FLOAT -> value instanceof Measurement.Quantity || value instanceof Measurement.Count;
            case INTEGER -> value instanceof Measurement.Count(long count) && count == (int) count;
            case LONG -> value instanceof Measurement.Count;
            case STRING -> value instanceof Measurement.Text;
        };
    }

    /** @param isCommand whose answer need not be what was given along */
    static LeafOrders.Outcome outcome(Written written, Measurement asked, boolean isCommand) {
        return switch (written) {
            case Written.Shows(Measurement shown) ->
                isCommand || isSame(asked, shown)
                        ? new LeafOrders.Outcome.Done(shown)
                        : new LeafOrders.Outcome.Refused("it shows " + text(shown) + " and not " + text(asked));
            case Written.Held _ ->
                new LeafOrders.Outcome.Held("it is not known to be the right instrument; nothing was sent");
            case Written.Unfit(String why) -> new LeafOrders.Outcome.BadValue(why);
            case Written.Refused(String why) -> new LeafOrders.Outcome.Refused(why);
            case Written.Lost(String why, boolean sent) -> new LeafOrders.Outcome.NotAnswering(why, sent);
        };
    }

    /** Whether an instrument shows what was asked of it, as far as a register of 32 bits can. */
    static boolean isSame(Measurement asked, Measurement shown) {
        if (asked.equals(shown)) {
            return true;
        }
        Optional<Double> was = number(asked);
        Optional<Double> is = number(shown);
        if (was.isEmpty() || is.isEmpty()) {
            return false;
        }
        return Math.abs(was.get() - is.get()) <= Math.ulp((float) Math.max(Math.abs(was.get()), Math.abs(is.get())));
    }

    private static Optional<Double> number(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double quantity) -> Optional.of(quantity);
            case Measurement.Count(long count) -> Optional.of((double) count);
            case Measurement.Flag _, Measurement.Text _ -> Optional.empty();
        };
    }

    private static String text(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double quantity) -> Double.toString(quantity);
            case Measurement.Count(long count) -> Long.toString(count);
            case Measurement.Flag(boolean flag) -> Boolean.toString(flag);
            case Measurement.Text(String text) -> "\"" + text + "\"";
        };
    }
}
