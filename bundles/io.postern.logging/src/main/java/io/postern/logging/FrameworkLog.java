// SPDX-License-Identifier: Apache-2.0
package io.postern.logging;

import java.util.Collections;
import java.util.List;
import org.osgi.framework.FrameworkEvent;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Forwards the OSGi log: a component that refuses its configuration says so only there, and an operator has to see it,
 * as one sentence with the configuration's name.
 *
 * <p>Warnings and errors only; the framework's own chatter about bundles coming and going stays out.
 */
@Component(
        immediate = true,
        service = {})
public final class FrameworkLog implements LogListener {
    private final LogReaderService reader;
    private final ConfigurationNames names;

    @Activate
    public FrameworkLog(@Reference LogReaderService reader, @Reference ServiceComponentRuntime components) {
        this.reader = reader;
        this.names = new ConfigurationNames(components);
        // what was logged before this component came up, oldest first
        List<LogEntry> before = Collections.list(reader.getLog()).reversed();
        before.forEach(this::logged);
        reader.addLogListener(this);
    }

    @Deactivate
    void stop() {
        reader.removeLogListener(this);
    }

    @Override
    public void logged(LogEntry entry) {
        LogLevel level = entry.getLogLevel();
        if (level != LogLevel.ERROR && level != LogLevel.WARN) {
            return;
        }
        Logger logger = LoggerFactory.getLogger(
                entry.getBundle() == null
                        ? FrameworkEvent.class.getName()
                        : entry.getBundle().getSymbolicName());
        Trouble trouble = Trouble.of(entry.getMessage(), entry.getException());
        switch (trouble) {
            case Trouble.NotStarted(String component, String why, var defect) ->
                logger.atError()
                        .addKeyValue("configuration", names.configuration(component, why))
                        .setCause(defect.orElse(null))
                        .log("not started: " + why);
            case Trouble.Follows(String message) -> logger.atDebug().log(message);
            case Trouble.Other(String message, var cause) ->
                logger.atLevel(level == LogLevel.ERROR ? Level.ERROR : Level.WARN)
                        .setCause(cause.orElse(null))
                        .log(message);
        }
    }
}
