// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubOrder.Settlement;
import io.postern.gateway.spi.OrderQueue;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/**
 * Commands to a device. The hub keeps each until it is settled, and is given credit for a few at once: none is ever
 * dropped here. Of the connection's thread.
 */
final class CommandLink implements InLink.Owner {
    private static final int CREDIT = 4; // one is carried out at a time; the others would wait under their locks
    private static final int MOST = 80 * 1024; // 64 KB with all properties, and the encoding around it

    private final Receiver receiver;
    private final OrderQueue orders;
    private final Answer<Boolean> ready;
    private final Consumer<IOException> gone;
    private final Map<String, Delivery> held = new HashMap<>(CREDIT); // by the order's lock
    private long locks;

    /**
     * @param ready there when the hub has accepted the link
     * @param gone told when the hub refuses or ends it
     */
    CommandLink(Receiver receiver, OrderQueue orders, Answer<Boolean> ready, Consumer<IOException> gone) {
        this.receiver = receiver;
        this.orders = orders;
        this.ready = ready;
        this.gone = gone;
        new InLink(receiver, CREDIT, MOST, this);
    }

    Answer<Boolean> ready() {
        return ready;
    }

    @Override
    public void accepted() {
        ready.bring(true);
    }

    @Override
    public void detached(@Nullable ErrorCondition why) {
        IOException reason = HubRefusal.of("the hub has closed the link of commands", why);
        end(reason);
        gone.accept(reason);
    }

    @Override
    public void arrived(Received message, Delivery delivery) {
        String lock = receiver.getName() + "#" + ++locks; // of no other link of this device
        held.put(lock, delivery);
        long arrived = System.nanoTime();
        orders.offerCommand(message.size(), () -> read(message, lock, arrived));
    }

    private static HubOrder read(Received message, String lock, long arrived) {
        PropertyBag properties = message.bag();
        return new HubOrder.Command(
                lock,
                properties.get(PropertyBag.MESSAGE_ID).orElse(""),
                message.octets(),
                properties,
                message.wasDeliveredBefore(),
                arrived);
    }

    /** One whose lock is unknown was given back when its link went. */
    void settle(HubOrder.Command command, Settlement settlement) {
        Delivery delivery = held.remove(command.lock());
        if (delivery != null) {
            delivery.disposition(state(settlement));
            delivery.settle();
            receiver.flow(1);
        }
    }

    private static DeliveryState state(Settlement settlement) {
        return switch (settlement) {
            case COMPLETE -> Accepted.getInstance();
            case REJECT -> new Rejected();
            case ABANDON -> Released.getInstance();
        };
    }

    void end(IOException why) {
        held.clear();
        ready.fail(why);
    }
}
