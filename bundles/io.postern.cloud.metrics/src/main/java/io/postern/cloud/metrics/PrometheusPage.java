// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.metrics;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.postern.cloud.hub.diagnostics.Metric;
import io.postern.cloud.hub.diagnostics.MetricSource;
import io.postern.cloud.hub.diagnostics.MetricsPage;
import io.postern.wire.HubName;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of the cloud side count, put together with what Micrometer measures of the JVM, the process and the disk.
 *
 * <p>Everything is read when the page is asked for: between two scrapes this costs nothing.
 */
public final class PrometheusPage implements MetricsPage, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusPage.class);
    private static final String TOTAL = "_total"; // the library adds it to the names of counters

    private final Supplier<List<MetricSource>> sources;
    private final PrometheusMeterRegistry process = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /** @param data the directory whose disk is watched */
    public PrometheusPage(Supplier<List<MetricSource>> sources, Path data) {
        this.sources = sources;
        new JvmMemoryMetrics().bindTo(process);
        new JvmThreadMetrics().bindTo(process);
        new ClassLoaderMetrics().bindTo(process);
        new ProcessorMetrics().bindTo(process);
        new UptimeMetrics().bindTo(process);
        new FileDescriptorMetrics().bindTo(process);
        new DiskSpaceMetrics(data.toFile()).bindTo(process);
        collections.bindTo(process);
    }

    @Override
    public String text(Optional<HubName> of) {
        Map<String, Metric> merged = new TreeMap<>();
        for (MetricSource source : sources.get()) {
            metrics(source)
                    .forEach(metric -> merged.merge(metric.name(), visible(metric, of), PrometheusPage::together));
        }
        List<MetricSnapshot> all = new ArrayList<>();
        merged.values().stream()
                .filter(metric -> !metric.samples().isEmpty())
                .map(PrometheusPage::snapshot)
                .forEach(all::add);
        process.getPrometheusRegistry().scrape().forEach(all::add);
        var out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        collections.close();
        process.close();
    }

    /** One part that cannot tell must not hide what the others tell. */
    private static List<Metric> metrics(MetricSource source) {
        try {
            return source.metrics();
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("source", source.getClass().getName())
                    .log("a part of the cloud side cannot tell its metrics");
            return List.of();
        }
    }

    private static Metric visible(Metric metric, Optional<HubName> of) {
        Metric shown = of.map(hub -> new Metric(
                        metric.name(),
                        metric.kind(),
                        metric.help(),
                        metric.samples().stream()
                                .filter(sample -> isVisible(sample.labels(), hub))
                                .toList()))
                .orElse(metric);
        return shown;
    }

    private static boolean isVisible(Map<String, String> labels, HubName hub) {
        return !labels.containsKey("tenant")
                && labels.getOrDefault("hub", hub.text()).equals(hub.text());
    }

    private static Metric together(Metric one, Metric other) {
        List<Metric.Sample> samples = new ArrayList<>(one.samples());
        samples.addAll(other.samples());
        return new Metric(one.name(), one.kind(), one.help(), samples);
    }

    private static MetricSnapshot snapshot(Metric metric) {
        return switch (metric.kind()) {
            case COUNTER -> {
                var builder =
                        CounterSnapshot.builder().name(bare(metric.name())).help(metric.help());
                metric.samples()
                        .forEach(sample -> builder.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                                .labels(labels(sample))
                                .value(((Metric.Value) sample).value())
                                .build()));
                yield builder.build();
            }
            case GAUGE -> {
                var builder = GaugeSnapshot.builder().name(metric.name()).help(metric.help());
                metric.samples()
                        .forEach(sample -> builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                                .labels(labels(sample))
                                .value(((Metric.Value) sample).value())
                                .build()));
                yield builder.build();
            }
            case HISTOGRAM -> {
                var builder = HistogramSnapshot.builder().name(metric.name()).help(metric.help());
                metric.samples().forEach(sample -> builder.dataPoint(classes((Metric.Classes) sample)));
                yield builder.build();
            }
        };
    }

    private static HistogramSnapshot.HistogramDataPointSnapshot classes(Metric.Classes classes) {
        return HistogramSnapshot.HistogramDataPointSnapshot.builder()
                .labels(labels(classes))
                .classicHistogramBuckets(ClassicHistogramBuckets.of(classes.upperBounds(), classes.counts()))
                .sum(classes.sum())
                .build();
    }

    private static String bare(String name) {
        return name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
    }

    private static Labels labels(Metric.Sample sample) {
        var sorted = new TreeMap<>(sample.labels());
        return Labels.of(sorted.keySet().toArray(String[]::new), sorted.values().toArray(String[]::new));
    }
}
