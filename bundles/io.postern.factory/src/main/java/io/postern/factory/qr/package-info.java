// SPDX-License-Identifier: Apache-2.0
/** QR codes for a terminal, a label and a page; the library that makes them stays in here. */
@NullMarked
package io.postern.factory.qr;

import org.jspecify.annotations.NullMarked;
