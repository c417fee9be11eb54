// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.wire.HubName;
import java.util.Optional;

/** All metrics of this process as one page for a monitoring system to scrape. */
public interface MetricsPage {
    /** Has nothing to tell. */
    MetricsPage EMPTY = _ -> "";

    /** The media type of {@link #text}: the text format of Prometheus. */
    String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** @param of only what is of this hub or of no hub or tenant at all; everything when empty */
    String text(Optional<HubName> of);
}
