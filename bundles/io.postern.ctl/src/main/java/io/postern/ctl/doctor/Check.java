// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

/** One thing the doctor looks at. */
interface Check {
    /** A few words, for the left column. */
    String name();

    /** Looks; may block, changes nothing on the machine. What it cannot find out is a finding too. */
    Finding examine();
}
