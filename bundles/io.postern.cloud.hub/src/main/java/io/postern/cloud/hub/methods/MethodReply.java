// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.methods;

import jakarta.json.JsonValue;

/** What came of a question. */
public sealed interface MethodReply {
    /** The device answered; {@code payload} is null in the sense of JSON when it said nothing else. */
    record Answered(int status, JsonValue payload) implements MethodReply {}

    /** 404001: there is no such device. */
    record NoDevice() implements MethodReply {}

    /** 404103: it did not listen within the time to connect. */
    record NotOnline() implements MethodReply {}

    /** 404104: it went away before it answered; whether it did what it was asked for is not known. */
    record LineLost() implements MethodReply {}

    /** 504101: it did not answer in time. */
    record TimedOut() implements MethodReply {}

    /** 429001: as many questions as are allowed wait for answers. */
    record TooMany(int most) implements MethodReply {}

    /** 502: its answer is no JSON, or too large. */
    record Unreadable(String why) implements MethodReply {}
}
