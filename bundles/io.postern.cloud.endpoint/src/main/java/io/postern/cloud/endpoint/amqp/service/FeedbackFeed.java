// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.cloud.endpoint.amqp.Disposition;
import io.postern.cloud.endpoint.amqp.Lane;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.Outlet;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.commands.FeedbackBatch;
import io.postern.cloud.hub.commands.FeedbackQueue;
import io.postern.cloud.hub.commands.FeedbackRecord;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives a component of the service what became of its commands (HUB-27), a batch a message. A batch the client accepts is
 * done with; one it releases, or leaves behind, comes again.
 *
 * <p>Owned by its lane.
 */
final class FeedbackFeed implements LinkAnswer.Giver {
    private static final String TYPE = "application/vnd.microsoft.iothub.feedback.json";

    private final FeedbackQueue feedback;
    private final Lane lane;
    private final Supplier<Optional<String>> flaw;
    private final Refusals refusals;
    private final Runnable listener = this::wake;
    private Optional<Outlet> outlet = Optional.empty();

    /** @param flaw why the client may receive no longer, if it may not */
    FeedbackFeed(FeedbackQueue feedback, Lane lane, Supplier<Optional<String>> flaw, Refusals refusals) {
        this.feedback = feedback;
        this.lane = lane;
        this.flaw = flaw;
        this.refusals = refusals;
    }

    @Override
    public void attached(Outlet to) {
        outlet = Optional.of(to);
        feedback.onReady(listener);
    }

    @Override
    public void ready() {
        outlet.ifPresent(this::give);
    }

    @Override
    public void detached() {
        feedback.removeListener(listener);
        outlet = Optional.empty();
    }

    private void wake() {
        lane.add(this::ready);
    }

    private void give(Outlet to) {
        while (to.room() > 0) {
            Optional<FeedbackBatch> batch = feedback.take();
            if (batch.isEmpty()) {
                return;
            }
            Optional<String> reason = flaw.get();
            if (reason.isPresent()) {
                feedback.abandon(batch.get().token());
                to.detach(refusals.unauthorized(reason.get()));
                return;
            }
            if (!to.offer(message(batch.get()), told -> settle(batch.get(), told))) {
                feedback.abandon(batch.get().token());
                return;
            }
        }
    }

    private void settle(FeedbackBatch batch, Disposition told) {
        switch (told) {
            case ACCEPTED, REJECTED -> feedback.complete(batch.token());
            case RELEASED, MODIFIED, LOST -> feedback.abandon(batch.token());
        }
    }

    private static AmqpMessage message(FeedbackBatch batch) {
        JsonArrayBuilder records = Json.array();
        for (FeedbackRecord record : batch.records()) {
            records.add(Json.object()
                    .add("originalMessageId", record.messageId())
                    .add("enqueuedTimeUtc", record.at().toString())
                    .add("statusCode", record.outcome().wireName())
                    .add("description", record.outcome().wireName())
                    .add("deviceId", record.deviceId().text())
                    .add("deviceGenerationId", record.generationId()));
        }
        return AmqpMessage.of(Map.of(), Bytes.utf8(records.build().toString()))
                .with(Standard.MESSAGE_ID, batch.token().text())
                .with(Standard.CONTENT_TYPE, TYPE)
                .with(Standard.TO, "/messages/serviceBound/feedback");
    }
}
