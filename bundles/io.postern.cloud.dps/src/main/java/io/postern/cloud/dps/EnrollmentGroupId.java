// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.RegistrationId;

/** The name of an enrollment group. It follows the rules of registration ids and is compared without case, as they are. */
public record EnrollmentGroupId(RegistrationId form) implements Comparable<EnrollmentGroupId> {

    /** @throws IllegalArgumentException when {@code text} breaks the rules of a registration id */
    public static EnrollmentGroupId of(String text) {
        try {
            return new EnrollmentGroupId(RegistrationId.of(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "an enrollment group is named like a registration: " + e.getMessage(), e);
        }
    }

    public String text() {
        return form.text();
    }

    @Override
    public int compareTo(EnrollmentGroupId other) {
        return text().compareTo(other.text());
    }

    @Override
    public String toString() {
        return text();
    }
}
