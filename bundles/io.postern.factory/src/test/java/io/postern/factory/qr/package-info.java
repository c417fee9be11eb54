// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.postern.factory.qr;

import org.jspecify.annotations.NullMarked;
