// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.postern.factory;

import org.jspecify.annotations.NullMarked;
