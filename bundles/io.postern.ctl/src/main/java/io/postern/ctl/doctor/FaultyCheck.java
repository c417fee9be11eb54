// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

/** Stands for what could not be examined because its description is wrong. */
record FaultyCheck(String name, String text, String remedy) implements Check {
    @Override
    public Finding examine() {
        return Finding.fault(text, remedy);
    }
}
