// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

/** What happens to a configured leaf. */
sealed interface LeafEvent {
    /** The gateway or the leaf's configuration has started: what was known of the line is old. */
    record Started() implements LeafEvent {}

    /** The instrument was asked who it is, and there is no certificate to compare with. */
    record Identified() implements LeafEvent {}

    /** The configuration leaves the decision to a person. */
    record Referred() implements LeafEvent {}

    /** The instrument found is the leaf's from now on: at first use, or because a person said so. */
    record Trusted() implements LeafEvent {}

    /** The instrument was asked who it is, and nothing speaks against its being the one of the certificate. */
    record Matched() implements LeafEvent {}

    /** Another instrument is there. */
    record Differed(String difference) implements LeafEvent {}

    /** A value was read. */
    record Read() implements LeafEvent {}

    /** No value was read for too long. */
    record Silent(String why) implements LeafEvent {}

    /** The line lets it rest, because it kept failing. */
    record Rested() implements LeafEvent {}

    /** A person ended it. */
    record Retired() implements LeafEvent {}
}
