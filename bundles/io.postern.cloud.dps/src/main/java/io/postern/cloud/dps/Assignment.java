// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/** What became of a proven device that wants a hub. */
sealed interface Assignment {
    record Assigned(RegistrationRecord record) implements Assignment {}

    /**
     * @param code as the device is told it, HTTP status * 1000 + n
     * @param reason what was tried, why it did not work and what to do next
     */
    record Failed(int code, String reason) implements Assignment {}
}
