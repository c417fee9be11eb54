// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import java.time.Instant;
import java.util.Optional;

/** Someone who works with this cloud. */
public record User(UserName name, Role role, Instant created, Optional<Instant> lastSignIn) {}
