// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

/**
 * What stops one device of a batch, and only that one.
 *
 * @param where the line of a file, or the device
 * @param reason a sentence without its end
 */
record Problem(String where, String reason) {
    @Override
    public String toString() {
        return where + ": " + reason;
    }
}
