// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubOrder.Settlement;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.LeafOrders.Attempt;
import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out cloud-to-device commands: the body is a JSON object, each member a writable property of the leaf's model and
 * the value it is to have, as in desired properties. All of it has to be possible, else nothing is written.
 */
final class Commands {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    private final DeviceId leaf;
    private final LeafOrders orders;
    private final Acceptance acceptance;
    private final Duration patience;

    /** @param patience of each write, for its turn on the line */
    Commands(DeviceId leaf, LeafOrders orders, Acceptance acceptance, Duration patience) {
        this.leaf = leaf;
        this.orders = orders;
        this.acceptance = acceptance;
        this.patience = patience;
    }

    /** What the hub is to be told; what may have been carried out before is read before it is written. */
    Settlement carryOut(HubOrder.Command command) throws InterruptedException {
        JsonObject writes;
        try {
            writes = Json.parseObject(command.body().toUtf8());
        } catch (IllegalArgumentException e) {
            return rejected(command, "its body is not a JSON object of properties and their values");
        }
        if (writes.isEmpty() || writes.size() > Acceptance.MOST_ANSWERS) {
            return rejected(command, "it writes 1 to " + Acceptance.MOST_ANSWERS + " properties, not " + writes.size());
        }
        for (Map.Entry<String, JsonValue> write : writes.entrySet()) {
            var refusal = acceptance.refusal(write.getKey(), write.getValue());
            if (refusal.isPresent()) {
                return rejected(command, Answers.words(refusal.get()));
            }
        }
        return write(command, writes);
    }

    private Settlement write(HubOrder.Command command, JsonObject writes) throws InterruptedException {
        Attempt attempt = command.again() ? Attempt.AGAIN : Attempt.FIRST;
        for (Map.Entry<String, JsonValue> write : writes.entrySet()) {
            Outcome outcome = orders.write(
                    leaf, write.getKey(), acceptance.value(write.getKey(), write.getValue()), attempt, patience);
            int status = Answers.status(outcome);
            LOG.atInfo()
                    .addKeyValue("deviceId", leaf)
                    .addKeyValue("messageId", Shown.of(command.messageId()))
                    .addKeyValue("property", write.getKey())
                    .addKeyValue("status", status)
                    .log("a command was tried");
            if (!(outcome instanceof Outcome.Done)) {
                return Answers.isFinal(status) ? rejected(command, Answers.words(outcome)) : Settlement.ABANDON;
            }
        }
        return Settlement.COMPLETE;
    }

    private Settlement rejected(HubOrder.Command command, String reason) {
        LOG.atWarn()
                .addKeyValue("deviceId", leaf)
                .addKeyValue("messageId", Shown.of(command.messageId()))
                .log("a command is rejected: " + reason);
        return Settlement.REJECT;
    }
}
