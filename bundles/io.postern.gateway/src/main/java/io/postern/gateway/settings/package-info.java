// SPDX-License-Identifier: Apache-2.0
/** Settings that are changed from afar or by a technician while the gateway runs, each on trial until it has proven itself. */
@NullMarked
package io.postern.gateway.settings;

import org.jspecify.annotations.NullMarked;
