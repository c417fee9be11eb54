// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.CloudConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which checks to make: of any machine, of a gateway's configuration, of a cloud's data folder. */
record Plan(InstantSource clock, Optional<Path> hosts) {

    /** A machine on which lab, gateway or cloud might be started. */
    List<Check> machine() {
        List<Check> checks = basics();
        checks.add(DiskCheck.of("Disk", Path.of("").toAbsolutePath()));
        checks.add(new TpmCheck("dev:/dev/tpmrm0", false, new TpmWire()));
        checks.addAll(ports(443, 8883));
        checks.addAll(PackageCheck.ofLab());
        return checks;
    }

    /** What the gateway of this configuration needs. */
    List<Check> gateway(Path file, Optional<Path> device) {
        List<Check> checks = basics();
        try {
            GatewayFile gateway = GatewayFile.read(file, device);
            checks.addAll(identity(gateway));
            gateway.stateFile().ifPresent(state -> checks.add(new StateCheck(state)));
            gateway.serialPorts()
                    .forEach(port -> checks.add(new SerialPortCheck(port.line(), port.path(), SerialPortCheck.BY_ID)));
            gateway.directory().ifPresent(folder -> checks.add(DiskCheck.of("Disk", folder)));
            gateway.provisioning().caFile().ifPresent(ca -> checks.add(new CaFileCheck(ca, clock)));
            Names names = names();
            checks.addAll(server("Provisioning", gateway.provisioning(), true, names));
            gateway.tokens().ifPresent(server -> checks.addAll(server("Token service", server, true, names)));
            gateway.hub().ifPresent(server -> checks.addAll(server("Hub over MQTT", server, false, names)));
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

    private List<Check> identity(GatewayFile gateway) {
        GatewayFile.Identity identity = gateway.identity();
        List<Check> checks = new ArrayList<>(List.of(new IdentityCheck(identity.kind())));
        if (identity.needsTpm()) {
            checks.add(new TpmCheck(gateway.tpmDevice(), true, new TpmWire()));
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
                new JavaCheck(Runtime.version(), System.getProperty("java.vendor", "unknown")), new ClockCheck(clock)));
    }

    private List<Check> server(String name, GatewayFile.Server server, boolean http, Names names) {
        var peer = new TlsPeer(server.host(), server.port(), names, server.caFile());
        return List.of(new NameCheck(server.host(), names), new ServerCheck(name, peer, http, clock));
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
