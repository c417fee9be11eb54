// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

/** Where the gateway tells how far it has come, for a person who watches a start and for measurements. */
public interface Milestones {
    /** Something the gateway passes on its way; each name is recorded each time it is reached. */
    enum Milestone {
        FRAMEWORK_READY,
        TPM_READY,
        TRANSPORT,
        CHALLENGED,
        ACTIVATED,
        ASSIGNED,
        CONNECTED,
        LEAF_CONNECTED,
        LEAF_SPEAKING,
        LEAF_REFUSED,
        LEAF_WAITING,
        RETRYING
    }

    /**
     * Records that {@code milestone} was reached now.
     *
     * @param subject the device, leaf or cause it is about; empty when there is none
     */
    void reached(Milestone milestone, String subject);

    /** How often {@code milestone} was reached since the gateway started; 0 where nobody counts. */
    default long count(Milestone milestone) {
        return 0;
    }
}
