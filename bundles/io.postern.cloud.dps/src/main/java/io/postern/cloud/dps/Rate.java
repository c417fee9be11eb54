// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.IdScope;

/**
 * How much one tenant may ask for.
 *
 * @param perSecond in the long run
 * @param atOnce after a while of silence
 */
public record Rate(int perSecond, int atOnce) {
    private static final int MOST = 1_000_000; // a second; more than any machine answers, so as good as no limit

    /**
     * A service on two cores accepts 350 to 470 new TLS connections a second and core, and has its database to write
     * beside that. So 5 000 devices that come at once register within half a minute, with a TPM, at two requests each,
     * within one, and some of the machine is left for others. The hosted service allows 1 000 a minute.
     */
    static final Rate OF_REGISTRATIONS = new Rate(200, 1_000);

    /** As many: each is a write to the same database. The hosted service allows 1 000 a minute. */
    static final Rate OF_OPERATIONS = new Rate(200, 1_000);

    public Rate {
        if (perSecond < 1 || perSecond > MOST || atOnce < 1 || atOnce > MOST) {
            throw new IllegalArgumentException(
                    "a rate has 1 to " + MOST + " a second and at once, not " + perSecond + " and " + atOnce);
        }
    }

    /** What a refusal says was exceeded. */
    String told(String what, IdScope scope) {
        return perSecond + " " + what + " a second, " + atOnce + " at once, for the id scope " + scope;
    }
}
