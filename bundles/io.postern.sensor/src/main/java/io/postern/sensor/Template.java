// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import io.postern.wire.ModelId;

/**
 * One type of instrument, from one file: what it measures as a DTDL model, where that lies in its bytes, when it is worth
 * a message, and how a simulator pretends it.
 *
 * @param name how configurations call it: lower case letters, digits, hyphens
 * @param dataSheet the maker's document that the mapping follows
 * @param driver the name of the driver that understands {@code mapping}
 * @param mapping read by the driver alone
 * @param reporting by field
 * @param simulation read by the simulator alone; empty when the template says nothing
 */
public record Template(
        String name,
        String title,
        String dataSheet,
        Model model,
        String driver,
        Node.Members mapping,
        Reporting reporting,
        Node.Members simulation) {
    /** What the hub associates the leaf's model by (CEN-22). */
    public ModelId modelId() {
        return model.id();
    }
}
