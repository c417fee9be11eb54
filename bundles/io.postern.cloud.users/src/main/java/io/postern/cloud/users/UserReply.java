// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

/** What the directory answers to changes. */
public sealed interface UserReply {
    record Stored(User user) implements UserReply {}

    record AlreadyExists(UserName name) implements UserReply {}

    /** @param most how many users a cloud has */
    record TooMany(int most) implements UserReply {}

    record NotFound(UserName name) implements UserReply {}

    record Removed(UserName name) implements UserReply {}
}
