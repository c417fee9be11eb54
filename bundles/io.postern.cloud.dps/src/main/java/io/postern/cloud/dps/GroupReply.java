// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/** What the list of enrollment groups answers to changes. */
public interface GroupReply {

    /** The answer to a creation. */
    sealed interface Creation {}

    /** The answer to an update. */
    sealed interface Update {}

    /** The answer to a deletion. */
    sealed interface Deletion {}

    record Stored(StoredGroup entry) implements Creation, Update {}

    record AlreadyExists(EnrollmentGroupId id) implements Creation {}

    /** @param most how many groups of this attestation one service has */
    record TooMany(int most) implements Creation {}

    record Deleted(EnrollmentGroupId id) implements Deletion {}

    record NotFound(EnrollmentGroupId id) implements Update, Deletion {}

    /** The entry is no longer the one the caller has seen. */
    record EtagMismatch(EnrollmentGroupId id, String currentEtag) implements Update, Deletion {}
}
