// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

/** Error codes of the token service that a gateway acts on; all others it only shows. */
public final class LeafError {
    /** There is no such leaf yet, and an operator has been asked whether there is to be one. */
    public static final int WAITING_FOR_APPROVAL = 403_008;

    private LeafError() {}
}
