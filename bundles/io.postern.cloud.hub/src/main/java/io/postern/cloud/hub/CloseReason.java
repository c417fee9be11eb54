// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

/** Why the hub ends a session; the codes are those of the wire where one exists. */
public enum CloseReason {
    NEWER_CONNECTION(400027, "a newer connection of the same device took over"),
    TOKEN_EXPIRED(401003, "its token or certificate has expired"),
    DEVICE_DISABLED(401002, "the device was disabled"),
    DEVICE_BLOCKED(401002, "a rule of the operator's access lists shuts it out"),
    DEVICE_DELETED(404001, "the device was deleted"),
    KEYS_CHANGED(401002, "the keys or certificates it was admitted by were replaced"),
    TOKENS_REVOKED(401003, "the tokens issued for the device were revoked"),
    DISCONNECTED(404104, "the device went away"),
    HUB_CLOSING(503001, "the hub is closing");

    private final int code;
    private final String text;

    CloseReason(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    public String text() {
        return text;
    }
}
