// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

/**
 * One promise of the mission page.
 *
 * @param id for example {@code DPS-12}: the tag of its tests
 * @param side the letters G, C, U, D with commas between; empty for a decision
 * @param proof what would prove it, when the page says
 */
record MissionRow(String id, String behaviour, String side, String proof) {

    /** Whether stating it is all there is to it. */
    boolean isForPagesAlone() {
        return side.equals("D");
    }
}
