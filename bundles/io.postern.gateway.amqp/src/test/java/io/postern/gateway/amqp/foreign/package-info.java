// SPDX-License-Identifier: Apache-2.0
/** What runs in the class loader of a broker of others. */
@org.jspecify.annotations.NullMarked
package io.postern.gateway.amqp.foreign;
