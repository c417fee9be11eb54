// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.methods;

/** Where a listening device can be asked. */
@FunctionalInterface
public interface MethodLine {
    /** Puts the question on its way; never blocks. */
    void call(MethodCall call);
}
