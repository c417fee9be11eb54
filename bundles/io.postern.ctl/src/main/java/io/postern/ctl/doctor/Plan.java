// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.doctor.SystemChecks.Simple;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which checks to make: of any machine, of a gateway's configuration, of a cloud's data folder. */
record Plan(InstantSource clock, Optional<Path> hosts) {
    private static final Path ROOT = Path.of("/");
    private static final Path PACKAGES = Path.of("/var/lib/dpkg/status");
    private static final RunningGateways PROCESSES = new RunningGateways(Path.of("/proc"));
    private static final Pattern BOARD = Pattern.compile("^(?:/dev/)?(gpiochip[0-9]+|i2c-[0-9]+):");
    private static final String SHARED_TPM = "dev:/dev/tpmrm"; // the kernel's resource manager lets several in
    private static final int MOST_SERIAL = 32; // ports of one machine that are looked at

    /** A machine on which lab, gateway or cloud might be started. */
    List<Check> machine() {
        List<Check> checks = basics();
        checks.addAll(board());
        checks.add(DiskCheck.of("Disk", Path.of("").toAbsolutePath()));
        checks.add(new TpmCheck("dev:/dev/tpmrm0", false, new TpmWire()));
        checks.addAll(ports(443, 8883));
        checks.addAll(PackageCheck.ofLab());
        return checks;
    }

    /** What the gateway of this state directory says of itself, where no configuration was named. */
    List<Check> running(Path state) throws InterruptedException {
        List<Check> checks = basics();
        checks.addAll(board());
        checks.addAll(state(state, Optional.empty()));
        return checks;
    }

    private static List<Check> state(Path state, Optional<Path> control) throws InterruptedException {
        List<Check> checks = new ArrayList<>(List.of(
                new Simple("State directory", () -> SystemChecks.stateDirectory(state)),
                DiskCheck.of("Disk", state),
                new Simple("Process", () -> PROCESSES.of(state))));
        checks.addAll(new RunningChecks(control.orElse(state.resolve("control"))
                        .resolve("socket")
                        .toAbsolutePath())
                .all());
        return checks;
    }

    private List<Check> board() {
        List<Check> checks = new ArrayList<>(new MachineChecks(ROOT).all());
        checks.add(new Simple("System updates", () -> SystemChecks.updates(PACKAGES, clock)));
        return checks;
    }

    /** What the gateway of this configuration needs, and what it says itself when it runs. */
    List<Check> gateway(Path file, Optional<Path> device, Path state) throws InterruptedException {
        List<Check> checks = basics();
        checks.addAll(board());
        try {
            GatewayFile gateway = GatewayFile.read(file, device);
            checks.addAll(identity(gateway, PROCESSES.runs(state)));
            gateway.stateFile().ifPresent(written -> checks.add(new StateCheck(written)));
            gateway.serialPorts().stream()
                    .limit(MOST_SERIAL)
                    .forEach(port -> checks.add(
                            new SerialPortCheck(port.line(), port.path(), SerialPortCheck.BY_ID, PROCESSES)));
            checks.addAll(boardLeaves(gateway));
            if (!gateway.leaves().isEmpty()) {
                checks.add(new TemplatesCheck(gateway.leaves(), gateway.templates()));
            }
            gateway.directory().ifPresent(folder -> checks.add(DiskCheck.of("Disk of the outbox", folder)));
            gateway.provisioning().caFile().ifPresent(ca -> checks.add(new CaFileCheck(ca, clock)));
            servers(gateway, checks);
            checks.addAll(state(state, gateway.controlDirectory()));
        } catch (IOException e) {
            checks.add(new FaultyCheck(
                    "Configuration",
                    e instanceof FileSystemException ? "cannot read: " + e : String.valueOf(e.getMessage()),
                    "Look at what is named, and at --config, --device and --hosts."));
        } catch (IllegalArgumentException e) {
            checks.add(new FaultyCheck(
                    "Configuration", file + ": " + e.getMessage(), "docs/reference/configuration.md lists every key."));
        }
        return checks;
    }

    private void servers(GatewayFile gateway, List<Check> checks) throws IOException {
        Names names = names();
        Optional<Tunnel> tunnel = gateway.proxy().map(proxy -> new Tunnel(proxy.address(), proxy.credentials(), names));
        gateway.proxy()
                .flatMap(GatewayFile.Proxy::credentials)
                .ifPresent(file -> checks.add(
                        new PrivateFileCheck("Proxy's password", file, "Put user:password there, in one line.")));
        checks.addAll(server("Provisioning", gateway.provisioning(), true, names, tunnel));
        gateway.tokens().ifPresent(server -> checks.addAll(server("Token service", server, true, names, tunnel)));
        gateway.hub().ifPresent(hub -> checks.addAll(server("Hub over MQTT", hub, false, names, tunnel)));
    }

    private static List<Check> boardLeaves(GatewayFile gateway) {
        var devices = new TreeMap<String, String>();
        for (GatewayFile.LeafFile leaf : gateway.leaves()) {
            Matcher found = BOARD.matcher(leaf.address());
            if (found.find()) {
                devices.put(
                        "/dev/" + found.group(1),
                        found.group(1).startsWith("i2c")
                                ? "Switch the bus on: dtparam=i2c_arm=on in /boot/firmware/config.txt, then restart."
                                : "This board shows no such chip of pins: gpiodetect lists those there are.");
            }
        }
        return devices.entrySet().stream()
                .map(device -> (Check) new Simple(
                        device.getKey(), () -> SystemChecks.board(Path.of(device.getKey()), device.getValue())))
                .toList();
    }

    /** @param runs a TPM that lets one program in at a time is not asked when the gateway has it: that tells how it is */
    private List<Check> identity(GatewayFile gateway, boolean runs) {
        GatewayFile.Identity identity = gateway.identity();
        List<Check> checks = new ArrayList<>(List.of(new IdentityCheck(identity.kind())));
        String tpm = gateway.tpmDevice();
        if (identity.needsTpm() && (!runs || tpm.startsWith(SHARED_TPM))) {
            checks.add(new TpmCheck(tpm, true, new TpmWire()));
        } else if (identity.needsTpm()) {
            checks.add(new Simple("TPM", () -> Finding.good("the running gateway has " + tpm + " for itself")));
        }
        identity.certificate().ifPresent(file -> checks.add(new OwnCertificateCheck(file, clock)));
        identity.key()
                .ifPresent(file ->
                        checks.add(new PrivateFileCheck("Gateway's key", file, "Put the gateway's key there.")));
        return checks;
    }

    /** What the cloud of this data folder needs, seen from where we are. */
    List<Check> cloud(Path folder) {
        List<Check> checks = basics();
        checks.add(DiskCheck.of("Disk", folder));
        Path file = folder.resolve(CloudConnection.FILE_NAME);
        if (!Files.exists(file)) {
            checks.addAll(ports(443, 8883));
            return checks;
        }
        checks.add(new PrivateFileCheck("Operator's keys", file, "Name the cloud's data folder with --cloud DIR."));
        try {
            CloudConnection connection = CloudConnection.ofFile(file);
            Names names = connection.hostsFile().filter(Files::exists).isPresent()
                    ? Names.ofFile(connection.hostsFile().get())
                    : names();
            connection.caFile().ifPresent(ca -> checks.add(new CaFileCheck(ca, clock)));
            connection
                    .provisioningHost()
                    .ifPresent(host -> checks.addAll(server("Provisioning", https(host, connection), true, names)));
            connection
                    .dpsPolicy()
                    .ifPresent(dps -> checks.addAll(server("Service", https(dps.host(), connection), true, names)));
            connection.hubPolicy().ifPresent(hub -> {
                var mqtt = new GatewayFile.Server(hub.host(), connection.mqttPort(), connection.caFile());
                checks.addAll(server("Hub over MQTT", mqtt, false, names));
            });
            connection
                    .tokenPolicy()
                    .flatMap(_ -> connection.tokenHost())
                    .ifPresent(host -> checks.addAll(server("Token service", https(host, connection), true, names)));
        } catch (IOException | IllegalArgumentException e) {
            checks.add(new FaultyCheck(
                    "connection.json", String.valueOf(e.getMessage()), "The cloud writes it anew when it starts."));
        }
        return checks;
    }

    private List<Check> basics() {
        return new ArrayList<>(List.of(
                new JavaCheck(Runtime.version(), System.getProperty("java.vendor", "unknown")),
                new ClockCheck(clock),
                new Simple("Time server", SystemChecks::synchronisation),
                new Simple("Version", SystemChecks::version)));
    }

    private List<Check> server(String name, GatewayFile.Server server, boolean http, Names names) {
        return server(name, server, http, names, Optional.empty());
    }

    /** Behind a proxy it is the proxy that looks names up. */
    private List<Check> server(
            String name, GatewayFile.Server server, boolean http, Names names, Optional<Tunnel> tunnel) {
        var peer = new TlsPeer(server.host(), server.port(), names, server.caFile(), tunnel);
        Check way = tunnel.isPresent()
                ? new ProxyCheck(tunnel.get(), server.host() + ":" + server.port())
                : new NameCheck(server.host(), names);
        return List.of(way, new ServerCheck(name, peer, http, clock));
    }

    private Names names() throws IOException {
        return hosts.isPresent() ? Names.ofFile(hosts.get()) : Names.ofSystem();
    }

    private static GatewayFile.Server https(String host, CloudConnection connection) {
        return new GatewayFile.Server(host, connection.httpsPort(), connection.caFile());
    }

    private static List<Check> ports(int https, int mqtt) {
        InetAddress any = InetAddress.ofLiteral("0.0.0.0");
        return List.of(new PortCheck(any, https), new PortCheck(any, mqtt));
    }
}
