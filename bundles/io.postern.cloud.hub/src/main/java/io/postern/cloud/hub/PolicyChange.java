// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

/** What the list of shared access policies answers to changes. */
public interface PolicyChange {

    /** The answer to a creation. */
    sealed interface Creation {}

    /** The answer to a deletion. */
    sealed interface Deletion {}

    record Created(SharedAccessPolicy policy) implements Creation {}

    record AlreadyExists(String name) implements Creation {}

    /** @param most how many policies a hub has */
    record TooMany(int most) implements Creation {}

    record Deleted(String name) implements Deletion {}

    record NotFound(String name) implements Deletion {}

    /** One of those every hub has from its first start. */
    record Indispensable(String name) implements Deletion {}
}
