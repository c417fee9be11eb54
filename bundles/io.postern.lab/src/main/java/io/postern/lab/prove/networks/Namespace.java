// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.networks;

import io.postern.lab.LabException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A network of its own for one process, with a single link to this machine. What is done to the link concerns nobody
 * else. Gone with this process, short of a {@code kill -9}.
 */
public final class Namespace implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;
    private static final Pattern DROPPED = Pattern.compile("counter packets [1-9]");

    private final String name;
    private final String outer;
    private final String inner;
    private final String net;
    private final Thread atExit = new Thread(this::remove);

    private Namespace(int number) {
        long pid = ProcessHandle.current().pid();
        name = "postern-" + pid + "-" + number;
        outer = "po" + pid + "x" + number; // 15 characters are all a link's name may have
        inner = "pi" + pid + "x" + number;
        net = "198.18." + number + "."; // spec: RFC 2544, for tests of networks; never routed
    }

    /** Whether this process may make any: root may, where iproute2 and nftables are installed. */
    public static boolean isPossible() {
        return isRoot() && isThere("ip") && isThere("tc") && isThere("nft");
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static boolean isThere(String program) {
        return List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin").stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** @param number among those of this process, 1 to 250 */
    public static Namespace make(int number) throws IOException, LabException, InterruptedException {
        var made = new Namespace(number);
        Runtime.getRuntime().addShutdownHook(made.atExit);
        try {
            run("ip", "netns", "add", made.name);
            run("ip", "link", "add", made.outer, "type", "veth", "peer", "name", made.inner, "netns", made.name);
            run("ip", "addr", "add", made.here() + "/24", "dev", made.outer);
            run("ip", "link", "set", made.outer, "up");
            made.inside("ip", "addr", "add", made.net + "2/24", "dev", made.inner);
            made.inside("ip", "link", "set", made.inner, "up");
            made.inside("ip", "link", "set", "lo", "up");
            return made;
        } catch (IOException | LabException | InterruptedException e) {
            made.close();
            throw e;
        }
    }

    /** This machine's address on the link. */
    public String here() {
        return net + "1";
    }

    /** The words before a command that is to run there. */
    public List<String> within() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Each direction carries {@code rate} at most, as tc writes it. */
    void narrow(String rate) throws IOException, LabException, InterruptedException {
        String[] words = {
            "tc", "qdisc", "add", "dev", inner, "root", "tbf", "rate", rate, "burst", "3kb", "latency", "2s"
        };
        inside(words);
        words[4] = outer;
        run(words);
    }

    /** Of a hundred packets so many are lost, either way; of those that are lost nobody hears. */
    void drop(int percent) throws IOException, LabException, InterruptedException {
        inside("nft", "add", "table", "inet", "postern");
        for (String way : List.of("input", "output")) {
            inside("nft", "add", "chain", "inet", "postern", way, "{ type filter hook " + way + " priority 0; }");
            List<String> rule = new ArrayList<>(List.of("nft", "add", "rule", "inet", "postern", way));
            if (percent < 100) {
                rule.addAll(List.of("numgen", "random", "mod", "100", "<", Integer.toString(percent)));
            }
            rule.addAll(List.of("counter", "drop"));
            inside(rule.toArray(String[]::new));
        }
    }

    /**
     * The link is as it was.
     *
     * @throws LabException also when packets were to be dropped and none was: then nothing has been shown
     */
    void heal() throws IOException, LabException, InterruptedException {
        String rules = inside("nft", "list", "ruleset");
        inside("nft", "flush", "ruleset");
        if (inside("tc", "qdisc", "show", "dev", inner).contains("tbf")) {
            inside("tc", "qdisc", "del", "dev", inner, "root");
            run("tc", "qdisc", "del", "dev", outer, "root");
        }
        if (rules.contains("drop") && !DROPPED.matcher(rules).find()) {
            throw new LabException("no packet was dropped in " + name + ":\n" + rules);
        }
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException shuttingDown) {
            // the hook runs anyway and finds nothing
        }
    }

    private void remove() {
        try {
            run("ip", "netns", "del", name); // and with it both ends of the link
        } catch (IOException | LabException e) {
            // it was not made, or is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String inside(String... command) throws IOException, LabException, InterruptedException {
        List<String> words = new ArrayList<>(within());
        words.addAll(List.of(command));
        return run(words.toArray(String[]::new));
    }

    private static String run(String... command) throws IOException, LabException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new LabException("\"" + String.join(" ", command) + "\" failed: " + said.strip());
        }
        return said;
    }
}
