// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

/** What a device does with a command it holds: it is done, it will never be done, or somebody may try again. */
public enum Settlement {
    COMPLETE,
    REJECT,
    ABANDON
}
