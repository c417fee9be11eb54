// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.methods;

import io.postern.wire.Bytes;

/**
 * A question as its device gets it.
 *
 * @param requestId what the answer has to repeat; hexadecimal digits
 * @param payload one JSON value, or nothing
 */
public record MethodCall(String requestId, String name, Bytes payload) {}
