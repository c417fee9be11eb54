// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import java.util.Optional;

/** That a client went away before it had its answer. It is of use to nobody but routes that wait long. Safe for any thread. */
public final class Departure {
    private boolean happened; // guarded by this
    private Optional<Runnable> told = Optional.empty(); // guarded by this

    /** Has {@code what} run once the client leaves, at once when it has left; nothing else is told any more. */
    public void tell(Runnable what) {
        boolean late;
        synchronized (this) {
            late = happened;
            told = Optional.of(what);
        }
        if (late) {
            what.run();
        }
    }

    /** The client has left. */
    void happen() {
        Optional<Runnable> what;
        synchronized (this) {
            what = happened ? Optional.empty() : told;
            happened = true;
        }
        what.ifPresent(Runnable::run);
    }
}
