// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.postern.cloud.hub.transfer;

import org.jspecify.annotations.NullMarked;
