// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.postern.gateway.health;

import org.jspecify.annotations.NullMarked;
