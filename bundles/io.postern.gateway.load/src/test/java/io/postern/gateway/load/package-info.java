// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.postern.gateway.load;

import org.jspecify.annotations.NullMarked;
