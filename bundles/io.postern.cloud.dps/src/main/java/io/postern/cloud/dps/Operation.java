// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/** What is counted and billed: one successful instruction each (DPS-27). Questions and deletions are free. */
public enum Operation {
    REGISTRATION("registration"),
    RE_REGISTRATION("reRegistration"),
    ENROLLMENT_ADD("enrollmentAdd"),
    ENROLLMENT_UPDATE("enrollmentUpdate");

    private final String text;

    Operation(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
