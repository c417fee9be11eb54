// SPDX-License-Identifier: Apache-2.0
/** {@code ./postern bench provisioning}: registrations a second, their cost, a million enrollments, a storm. */
@NullMarked
package io.postern.lab.bench.provisioning;

import org.jspecify.annotations.NullMarked;
