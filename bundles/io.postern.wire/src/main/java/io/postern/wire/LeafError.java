// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

/** Error codes of the token service that a gateway acts on; all others it only shows. */
public final class LeafError {
    /** There is no such leaf yet, and an operator has been asked whether there is to be one. */
    public static final int WAITING_FOR_APPROVAL = 403_008;

    /** Another box than the known one asks as this gateway: its disk is a copy. */
    public static final int COPIED_GATEWAY = 403_009;

    private LeafError() {}
}
