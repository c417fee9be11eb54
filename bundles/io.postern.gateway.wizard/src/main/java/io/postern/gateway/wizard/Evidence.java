// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.LineFormat;
import java.util.List;
import java.util.Optional;

/**
 * All that a survey has heard.
 *
 * @param configured how the line is set; empty when nobody has set it yet
 * @param troubles what the line itself said, such as that it is never silent
 */
record Evidence(Optional<LineFormat> configured, List<Capture> captures, List<Probe> probes, List<String> troubles) {
    Evidence {
        captures = List.copyOf(captures);
        probes = List.copyOf(probes);
        troubles = List.copyOf(troubles);
    }
}
