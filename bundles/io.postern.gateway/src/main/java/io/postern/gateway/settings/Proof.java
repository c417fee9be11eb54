// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

/** What must go well before a change is kept. */
enum Proof {
    /** The provisioning service has assigned the gateway anew. */
    PROVISIONING("the provisioning service to answer"),
    /** The gateway's own session was opened anew, and the hub has taken its report. */
    REPORT("the hub to take the gateway's report in a new session"),
    /** A leaf has got a token and a session with it. */
    LEAF_SESSION("a leaf to get a token and a session"),
    /** The leaves concerned that were live before are live again and were read. */
    READINGS("a good reading of each leaf that had them before");

    private final String words;

    Proof(String words) {
        this.words = words;
    }

    /** What is waited for, for people. */
    String words() {
        return words;
    }
}
