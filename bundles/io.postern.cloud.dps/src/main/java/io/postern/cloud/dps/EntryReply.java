// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.RegistrationId;

/** What the enrollment list and the registration records answer to changes. */
public interface EntryReply {

    /** The answer to a creation. */
    sealed interface Creation {}

    /** The answer to an update. */
    sealed interface Update {}

    /** The answer to a deletion. */
    sealed interface Deletion {}

    record Stored(StoredEnrollment entry) implements Creation, Update {}

    record AlreadyExists(RegistrationId registrationId) implements Creation {}

    record Deleted(RegistrationId registrationId) implements Deletion {}

    record NotFound(RegistrationId registrationId) implements Update, Deletion {}

    /** The entry is no longer the one the caller has seen. */
    record EtagMismatch(RegistrationId registrationId, String currentEtag) implements Update, Deletion {}
}
