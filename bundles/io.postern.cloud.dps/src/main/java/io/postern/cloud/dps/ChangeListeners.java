// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who wants to know that the tenants, or the keys of their policies, are no longer what they were. */
final class ChangeListeners {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** @return what ends it */
    Runnable add(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void tell() {
        listeners.forEach(Runnable::run);
    }
}
