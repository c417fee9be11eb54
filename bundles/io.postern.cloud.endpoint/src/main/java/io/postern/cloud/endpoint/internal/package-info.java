// SPDX-License-Identifier: Apache-2.0
/** Puts the listeners together and starts them. */
@NullMarked
package io.postern.cloud.endpoint.internal;

import org.jspecify.annotations.NullMarked;
