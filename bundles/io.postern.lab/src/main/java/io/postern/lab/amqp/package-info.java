// SPDX-License-Identifier: Apache-2.0
/** AMQP octets put together by hand, for loads and for what no library would say. */
@NullMarked
package io.postern.lab.amqp;

import org.jspecify.annotations.NullMarked;
