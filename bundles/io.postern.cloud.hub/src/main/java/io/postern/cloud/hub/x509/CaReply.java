// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

/** What the list of CA certificates answers to changes. */
public sealed interface CaReply {

    record Stored(CaCertificate entry) implements CaReply {}

    record Deleted(CaName name) implements CaReply {}

    record NotFound(CaName name) implements CaReply {}

    /** @param most how many one service has */
    record TooMany(int most) implements CaReply {}

    /** The entry is no longer the one the caller has seen. */
    record EtagMismatch(CaName name, String currentEtag) implements CaReply {}

    /** What was shown does not prove possession of the CA's key. */
    record NotProven(String reason) implements CaReply {}
}
