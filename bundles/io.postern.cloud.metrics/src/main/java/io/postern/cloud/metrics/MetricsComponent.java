// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.metrics;

import io.postern.cloud.hub.diagnostics.MetricSource;
import io.postern.cloud.hub.diagnostics.MetricsPage;
import io.postern.cloud.store.DataDirectory;
import io.postern.wire.HubName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Gathers the metrics of whatever parts of the cloud side there are, and offers them as one page. */
@Component(service = MetricsPage.class)
public final class MetricsComponent implements MetricsPage {
    private final List<MetricSource> sources = new CopyOnWriteArrayList<>();
    private final PrometheusPage page;

    @Activate
    public MetricsComponent(@Reference DataDirectory data) {
        page = new PrometheusPage(() -> List.copyOf(sources), data.path());
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSource(MetricSource source) {
        sources.add(source);
    }

    void removeSource(MetricSource source) {
        sources.remove(source);
    }

    @Override
    public String text(Optional<HubName> of) {
        return page.text(of);
    }

    @Deactivate
    void close() {
        page.close();
    }
}
