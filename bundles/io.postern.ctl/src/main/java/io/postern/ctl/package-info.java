// SPDX-License-Identifier: Apache-2.0
/** The operator's side of the services: a small client library, and the command line on top of it. */
@NullMarked
package io.postern.ctl;

import org.jspecify.annotations.NullMarked;
