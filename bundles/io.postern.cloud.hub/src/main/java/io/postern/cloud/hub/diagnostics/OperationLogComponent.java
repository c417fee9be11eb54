// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.cloud.store.DataDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Opens the log of operations from its configuration and offers it as {@link OperationLog}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.operations")
public final class OperationLogComponent {
    /** Settings of {@code io.postern.cloud.operations}. */
    @interface Config {
        /** Gets {@code operations.log} and its predecessors; {@code operations} of the data directory when empty. */
        String directory() default "";

        /** In bytes, from which on the next file is begun. */
        long fileSize() default OperationSettings.DEFAULT_FILE_SIZE;

        /** How many files are kept. */
        int files() default OperationSettings.DEFAULT_FILES;
    }

    private final OperationJournal journal;
    private final List<ServiceRegistration<?>> offered;

    @Activate
    public OperationLogComponent(BundleContext context, @Reference DataDirectory data, Config config)
            throws IOException {
        Path directory = config.directory().isBlank()
                ? data.path().resolve("operations")
                : Path.of(config.directory()).toAbsolutePath();
        var settings = new OperationSettings(directory, config.fileSize(), config.files());
        journal = OperationJournal.open(settings, InstantSource.system(), System::nanoTime);
        offered = List.of(
                context.registerService(OperationLog.class, journal, FrameworkUtil.asDictionary(Map.of())),
                context.registerService(MetricSource.class, journal, FrameworkUtil.asDictionary(Map.of())));
    }

    @Deactivate
    void close() {
        offered.forEach(ServiceRegistration::unregister);
        journal.close();
    }
}
