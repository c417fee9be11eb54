// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.box.BoxStatement;
import java.util.Optional;

/** Whether what a gateway says of its box fits what it said before (SEC-02). Pure. */
final class BoxRules {
    private BoxRules() {}

    /**
     * The box that is known as a gateway's.
     *
     * @param name of its TPM's key; empty for a box without a TPM
     */
    record Known(Optional<String> name, long counter, String run) {
        static Known by(BoxStatement said) {
            return new Known(said.boxName(), said.counter(), said.run());
        }
    }

    /** What a statement means. */
    sealed interface Finding {
        /** The box that is known; {@code news} when the statement is to be remembered. */
        record Fits(boolean news) implements Finding {}

        /** Another box under the same identity, and it is plain which one is the copy. */
        record Copy(String why) implements Finding {}

        /** Two boxes under one identity, and nothing tells which one is the copy. */
        record Undecided(String why) implements Finding {}
    }

    /** A gateway that says nothing of its box, as other programs than ours. */
    static Finding judgeSilence(Optional<Known> known) {
        return known.flatMap(Known::name)
                .<Finding>map(name -> new Finding.Copy(
                        "it says nothing of its box, and the gateway's box is known by its TPM, " + name))
                .orElseGet(() -> new Finding.Fits(false));
    }

    /** @param sealed whether the statement's seal, if it has one, was made for this gateway */
    static Finding judge(Optional<Known> known, BoxStatement said, boolean sealed) {
        Optional<String> name = said.boxName();
        if (name.isPresent() && !sealed) {
            return new Finding.Copy("the seal of its statement does not fit what it says");
        }
        if (known.isEmpty()) {
            return new Finding.Fits(true);
        }
        Known before = known.get();
        if (before.name().isEmpty() && name.isPresent()) {
            return new Finding.Fits(true); // the one that holds a TPM is the gateway from now on
        }
        if (!before.name().equals(name)) {
            return new Finding.Copy("its box is "
                    + name.map(other -> "known by another TPM, " + other).orElse("without a TPM")
                    + "; the gateway's is known by its TPM, " + before.name().orElseThrow());
        }
        if (said.counter() > before.counter()) {
            return new Finding.Fits(true);
        }
        if (said.counter() == before.counter() && said.run().equals(before.run())) {
            return new Finding.Fits(false);
        }
        String behind = "it counts " + said.counter() + " in another run than the one that counted " + before.counter();
        return name.isPresent()
                ? new Finding.Copy(behind + ", and a TPM's counter never falls")
                : new Finding.Undecided(behind);
    }
}
