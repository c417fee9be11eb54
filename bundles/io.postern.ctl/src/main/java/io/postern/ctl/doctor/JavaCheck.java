// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

/** The Java this program runs on; the script starts everything else with the same. */
record JavaCheck(Runtime.Version version, String vendor) implements Check {
    private static final int WANTED = 25;

    @Override
    public String name() {
        return "Java";
    }

    @Override
    public Finding examine() {
        String found = "Java " + version.feature() + " (" + version + ", " + vendor + ")";
        if (version.feature() < WANTED) {
            return Finding.fault(found, "Install a JDK " + WANTED + " and point JAVA_HOME to it.");
        }
        return version.feature() == WANTED
                ? Finding.good(found)
                : Finding.warning(found, "It is built and tested with Java " + WANTED + ": point JAVA_HOME to one.");
    }
}
