// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The main class of a running side: {@code Launcher FEATURE_DIRECTORY CACHE_DIRECTORY CONFIGURATION [DEVICE_DIRECTORY | CONFIGURATION]}.
 *
 * <p>Exit codes: 0 stopped in order, 1 could not start or died, 2 wrong arguments.
 */
public final class Launcher {
    /**
     * Libraries that tell their every step at INFO, and the runtime's HTTP client, which tells tokens in its headers when it
     * tells more than warnings. Held here because the log manager keeps its loggers weakly.
     */
    private static final List<Logger> TALKATIVE = List.of(
            Logger.getLogger("org.eclipse.paho"),
            Logger.getLogger("com.pi4j"),
            Logger.getLogger("io.netty"),
            Logger.getLogger("sun.net.www"));

    /** Warns of a broker that is away a few times a second; whoever uses it says so once. */
    private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

    private Launcher() {}

    public static void main(String[] args) throws InterruptedException {
        if (args.length < 3 || args.length > 4) {
            System.err.println(
                    "usage: Launcher FEATURE_DIRECTORY CACHE_DIRECTORY CONFIGURATION [DEVICE_DIRECTORY | CONFIGURATION]");
            System.exit(2);
        }
        logOnOneLine();
        try {
            Optional<Path> beside = args.length > 3 ? Optional.of(Path.of(args[3])) : Optional.empty();
            String configuration = Configuration.read(readable(Path.of(args[2])), beside);
            RunningFeature running =
                    RunningFeature.start(FeatureFile.read(Path.of(args[0])), Path.of(args[1]), configuration);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running), "stop"));
            if (Boolean.getBoolean("postern.smallHeap")) {
                HeapKeeper.start();
            }
            running.inactiveBundles().forEach(each -> System.err.println("not started: " + each));
            Optional<Throwable> trouble = running.awaitStop();
            trouble.ifPresent(t -> System.err.println("the framework died: " + t));
            // halt: a native library's thread must not keep a stopped side alive
            Runtime.getRuntime().halt(trouble.isPresent() ? 1 : 0);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static Path readable(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException(
                    "the configuration " + file + " cannot be read: give the path of a Configurator JSON file");
        }
        return file;
    }

    private static void stop(RunningFeature running) {
        try {
            running.close();
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }

    private static void logOnOneLine() {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        var console = new ConsoleHandler();
        console.setFormatter(new OneLine());
        console.setLevel(Level.ALL);
        root.addHandler(console);
        root.setLevel(Boolean.getBoolean("postern.debug") ? Level.FINE : Level.INFO);
        TALKATIVE.forEach(logger -> logger.setLevel(Level.WARNING));
        KAFKA.setLevel(Level.SEVERE);
    }
}
