// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * One running feature.
 *
 * <p>Every start installs the bundles anew by reference, so that a cache broken by a power cut cannot keep a gateway
 * down; measured, a warm cache starts no faster.
 */
public final class RunningFeature implements AutoCloseable {
    private static final long STOP_MILLIS = 10_000; // bundles join their threads within a few seconds each

    private final Framework framework;

    private RunningFeature(Framework framework) {
        this.framework = framework;
    }

    /**
     * Starts all bundles of {@code feature}.
     *
     * @param cache where the framework keeps what it unpacks; emptied
     * @param configuration for the Configurator, JSON (Compendium R8, 150)
     * @throws IOException when the framework or a bundle does not start; the message names the bundle and the cause
     */
    public static RunningFeature start(FeatureFile feature, Path cache, String configuration) throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, cache.toAbsolutePath().toString());
        settings.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        settings.put("felix.log.level", "1");
        settings.put("configurator.initial", named(configuration));
        FrameworkFactory factory = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow(() -> new IOException("no OSGi framework on the class path"));
        Framework framework = factory.newFramework(settings);
        try {
            framework.init();
            startBundles(framework, feature);
            framework.start();
            return new RunningFeature(framework);
        } catch (BundleException | RuntimeException e) {
            new RunningFeature(framework).close();
            throw new IOException("the feature does not start: " + e.getMessage(), e);
        }
    }

    private static void startBundles(Framework framework, FeatureFile feature) throws BundleException {
        List<Bundle> installed = new ArrayList<>();
        for (Path jar : feature.jars()) {
            installed.add(framework.getBundleContext().installBundle("reference:file:" + jar.toAbsolutePath()));
        }
        for (Bundle bundle : installed) {
            if (bundle.getSymbolicName() == null) {
                throw new BundleException(
                        bundle.getLocation() + " is no bundle: it needs a wrapper in target-platform");
            }
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                bundle.start();
            }
        }
    }

    /** The Configurator wants an initial configuration to carry a name and a version; a person need not write them. */
    private static String named(String json) {
        return json.contains("\":configurator:symbolic-name\"")
                ? json
                : json.replaceFirst(
                        "\\{",
                        "{ \":configurator:symbolic-name\": \"io.postern.configuration\", \":configurator:version\": \"1.0.0\",");
    }

    public Framework framework() {
        return framework;
    }

    /** Bundles that are not active, with their state; empty when all is well. */
    public List<String> inactiveBundles() {
        List<String> found = new ArrayList<>();
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            if (!fragment && bundle.getState() != Bundle.ACTIVE) {
                found.add(bundle.getSymbolicName() + " " + bundle.getVersion() + " is in state " + bundle.getState());
            }
        }
        return found;
    }

    /** Waits until something stops the framework; empty when it was stopped in order, else what went wrong. */
    public Optional<Throwable> awaitStop() throws InterruptedException {
        FrameworkEvent event = framework.waitForStop(0);
        return event.getType() == FrameworkEvent.ERROR ? Optional.ofNullable(event.getThrowable()) : Optional.empty();
    }

    /** Stops all bundles; returns within a bound. Idempotent. */
    @Override
    public void close() throws IOException {
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
        } catch (BundleException e) {
            throw new IOException("the framework does not stop: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
