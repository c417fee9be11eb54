// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.downlink.DesiredProperties.Wanted;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.LeafOrders.Attempt;
import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Model.Content;
import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.Optional;

/** Whether a leaf's model has what is asked of it, and in which form its instrument gets it. */
public final class Acceptance {
    /** Properties one report answers that the model does not have; more of them are a mistake that was told already. */
    static final int MOST_ANSWERS = 32;

    private final DeviceId leaf;
    private final LeafOrders orders;

    public Acceptance(DeviceId leaf, LeafOrders orders) {
        this.leaf = leaf;
        this.orders = orders;
    }

    /** Why a desired property cannot be; empty when the instrument is to decide. */
    Optional<Outcome> refusal(Wanted wanted) {
        return refusal(wanted.name(), wanted.value());
    }

    Optional<Outcome> refusal(String name, JsonValue wanted) {
        if (property(name).isEmpty()) {
            return Optional.of(unknown(name, "writable property"));
        }
        try {
            value(name, wanted);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(new Outcome.BadValue(String.valueOf(e.getMessage())));
        }
    }

    /** @throws IllegalArgumentException when it is not of the model's schema */
    Measurement value(String name, JsonValue wanted) {
        return JsonMeasurement.parse(property(name).orElseThrow().schema(), wanted);
    }

    /** Gives a command of the model, or writes a property once: nobody wants it again later. */
    Outcome call(HubOrder.Method method, Duration patience) throws InterruptedException {
        return once(method.name(), method.payload(), patience);
    }

    /** As a direct method of this name and payload would. */
    public Outcome once(String name, JsonValue payload, Duration patience) throws InterruptedException {
        Optional<Optional<Model.Schema>> argument = content(name).flatMap(Acceptance::argument);
        if (argument.isEmpty()) {
            return unknown(name, "command or writable property");
        }
        Measurement value;
        try {
            value = JsonMeasurement.parse(argument.get(), payload);
        } catch (IllegalArgumentException e) {
            return new Outcome.BadValue(String.valueOf(e.getMessage()));
        }
        return orders.write(leaf, name, value, Attempt.FIRST, patience);
    }

    private Optional<Content.Property> property(String name) {
        return content(name)
                .filter(Content.Property.class::isInstance)
                .map(Content.Property.class::cast)
                .filter(Content.Property::writable);
    }

    private Optional<Content> content(String name) {
        return orders.model(leaf).map(model -> model.contents().get(name));
    }

    private Outcome unknown(String name, String needed) {
        return new Outcome.NotInModel(orders.model(leaf)
                .map(model -> "the model " + model.id() + " has no " + needed + " " + Shown.of(name))
                .orElse("leaf " + leaf + " has no template on this gateway: configure io.postern.gateway.leaf"));
    }

    /** What it takes, if it can be asked for at all. */
    private static Optional<Optional<Model.Schema>> argument(Content content) {
        return switch (content) {
            case Content.Command(var request) -> Optional.of(request);
            case Content.Property(var schema, var _, boolean writable) ->
                writable ? Optional.of(Optional.of(schema)) : Optional.empty();
            case Content.Telemetry _ -> Optional.empty();
        };
    }
}
