// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.dps.RegistrationStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A decision on a registration that is being made, or has been. */
final class Decision {
    private final FutureTask<RegistrationStatus> task;

    private Decision(FutureTask<RegistrationStatus> task) {
        this.task = task;
    }

    /** Begins to decide; returns when it is done, and after {@code patience} in any case. */
    static Decision begin(Callable<RegistrationStatus> work, Duration patience) {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().name("assignment").start(task);
        var decision = new Decision(task);
        decision.await(patience);
        return decision;
    }

    /** Empty while it is being made. A failure of ours is thrown as it was. */
    Optional<RegistrationStatus> status() {
        return task.isDone() ? Optional.of(result()) : Optional.empty();
    }

    private RegistrationStatus result() {
        return switch (task.state()) {
            case SUCCESS -> task.resultNow();
            case FAILED -> throw new IllegalStateException("the assignment failed", task.exceptionNow());
            case RUNNING, CANCELLED -> throw new IllegalStateException("the assignment was given up");
        };
    }

    private void await(Duration patience) {
        try {
            task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // told when it is asked for
        } catch (ExecutionException e) {
            throw new IllegalStateException("the assignment failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
