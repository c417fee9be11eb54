// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/** What the list of policies answers to changes. */
public interface PolicyReply {

    /** The answer to a creation. */
    sealed interface Creation {}

    /** The answer to a new key. */
    sealed interface Renewal {}

    /** The answer to a deletion. */
    sealed interface Deletion {}

    record Stored(ServicePolicy policy) implements Creation, Renewal {}

    record AlreadyExists(String name) implements Creation {}

    /** @param most how many policies one tenant has */
    record TooMany(int most) implements Creation {}

    record Deleted(String name) implements Deletion {}

    record NotFound(String name) implements Renewal, Deletion {}

    /** The owner's policy stays as long as the tenant. */
    record Indispensable(String name) implements Deletion {}
}
