// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

/** Cuts the power at the n-th step that matters: everything after it did not happen. */
final class PowerCut {
    private final int at;
    private int steps;

    /** @param at counted from 1; 0 for never */
    PowerCut(int at) {
        this.at = at;
    }

    void step() {
        steps++;
        if (steps == at) {
            throw new Off();
        }
    }

    /** An Error, so that no handler of the product can go on after it. */
    static final class Off extends Error {
        private static final long serialVersionUID = 1L;
    }
}
