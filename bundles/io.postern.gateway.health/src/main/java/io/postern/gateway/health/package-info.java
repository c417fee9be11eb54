// SPDX-License-Identifier: Apache-2.0
/** Whether the parts of a running gateway are well, in plain words with remedies, and what they count, for Prometheus. */
@NullMarked
package io.postern.gateway.health;

import org.jspecify.annotations.NullMarked;
