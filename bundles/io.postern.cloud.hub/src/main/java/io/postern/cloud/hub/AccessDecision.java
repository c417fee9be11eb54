// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.util.Locale;

/** Whether a token or certificate opens a door: allowed for someone, or denied with a reason; neither a boolean nor an exception. */
public sealed interface AccessDecision<P extends Principal> {

    record Allowed<P extends Principal>(P principal) implements AccessDecision<P> {}

    /**
     * A refusal.
     *
     * @param text for the log and the operator: what was tried and why it was refused, never a secret; the asking
     *     client is told no more than "not authorised"
     */
    record Denied<P extends Principal>(Denial reason, String text) implements AccessDecision<P> {}

    /** Why it was refused. */
    enum Denial {
        UNKNOWN_DEVICE,
        DISABLED_DEVICE,
        /** By a rule of the operator's lists (HUB-11). */
        BLOCKED_DEVICE,
        UNKNOWN_POLICY,
        MISSING_PERMISSION,
        WRONG_RESOURCE,
        WRONG_SIGNATURE,
        /** A token where the identity asks for a certificate, or the other way round. */
        OTHER_AUTHENTICATION,
        /** Not the one registered, of another issuer or name, or outside of its validity. */
        WRONG_CERTIFICATE,
        EXPIRED,
        /** Taken back before it expired. */
        REVOKED;

        /** As it stands in metrics and in the log of operations. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
