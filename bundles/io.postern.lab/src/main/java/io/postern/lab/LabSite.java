// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.ctl.Cloud;
import io.postern.ctl.CloudConnection;
import io.postern.ctl.NewEnrollment;
import io.postern.ctl.ServiceException;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.PymodbusServer;
import io.postern.testkit.Swtpm;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.tpm.EndorsementKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The parts of a lab, each a process or a device of its own: cloud side, software TPM, serial line with Modbus servers,
 * and an operator who enrolls the gateway. Gateways are started on it, one at a time.
 */
public final class LabSite implements AutoCloseable {
    public static final DeviceId GATEWAY = DeviceId.of("lab-gateway");
    /** The end of the serial line that the gateway holds. */
    public static final int GATEWAY_END = 0;

    private static final int SENSOR_END = 1;
    private static final int BAUD = 19200;
    private static final Duration IDENTITY_PATIENCE = Duration.ofSeconds(60);

    private final Path root;
    private final Path directory;
    private final LabLeaves leaves;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final LabCloud cloud;
    private final Swtpm tpm;
    private final EndorsementKey endorsementKey;
    private final PtyBus bus;
    private final Path serialPort;

    /**
     * Brings everything up but the gateway.
     *
     * @param root the project's folder, which holds {@code postern}
     * @param directory empty, for all files of this lab
     * @param progress told in a few words what is being done
     */
    public LabSite(Path root, Path directory, String address, int leaves, Consumer<String> progress)
            throws LabException, InterruptedException {
        this.root = root;
        this.directory = directory.toAbsolutePath();
        this.leaves = LabLeaves.of(leaves);
        try {
            progress.accept("starting a software TPM");
            this.tpm = part(Swtpm.start(directory.resolve("tpm")));
            progress.accept("starting the cloud side");
            this.cloud = part(LabCloud.start(root, this.directory, address));
            progress.accept("starting " + this.leaves.meters() + " Modbus servers on a line of " + BAUD + " baud");
            this.bus = part(PtyBus.open(
                    PtyBus.Wiring.FULL_DUPLEX, directory.resolve("line-gateway"), directory.resolve("line-sensors")));
            this.serialPort = bus.port(GATEWAY_END);
            PymodbusServer.writeTemplate(templates());
            part(PymodbusServer.start(
                    new PymodbusServer.Port(bus.port(SENSOR_END), BAUD, 8, 'N', 2), this.leaves.meters()));
            progress.accept("enrolling the gateway and its leaves, as an operator does");
            this.endorsementKey = readEndorsementKey();
            enroll();
        } catch (LabException | InterruptedException e) {
            close();
            throw e;
        } catch (Exception e) {
            close();
            throw new LabException("the lab does not come up: " + e.getMessage(), e);
        }
    }

    /** Starts a gateway on a state directory; an empty one is a gateway that has never been provisioned. */
    public LabGateway startGateway(Path state) throws LabException {
        return startGateway(state, JsonValue.EMPTY_JSON_OBJECT);
    }

    /** @param further configurations beside those of the lab's own leaves */
    public LabGateway startGateway(Path state, JsonObject further) throws LabException {
        var configuration = new GatewayConfiguration(
                cloud.connection(),
                cloud.hubPorts(),
                tpm.device(),
                state.toAbsolutePath(),
                serialPort,
                BAUD,
                leaves,
                templates());
        JsonObject all =
                Json.object(configuration.toJson()).addAll(Json.object(further)).build();
        return LabGateway.start(root, cloud.connection(), state, all, configuration.timeline());
    }

    /** The folder of the templates that gateways of this lab read beside those that ship. */
    public Path templates() {
        return directory.resolve("templates");
    }

    public Cloud cloud() {
        return cloud.operator();
    }

    public Path directory() {
        return directory;
    }

    public List<DeviceId> leaves() {
        return leaves.all();
    }

    /** Where the software TPM is, as a gateway's configuration names it. */
    public String tpmDevice() {
        return tpm.device();
    }

    public EndorsementKey endorsementKey() {
        return endorsementKey;
    }

    /** The root that the cloud side's certificates lead to. */
    public Path caFile() {
        return cloud.connection().caFile().orElseThrow();
    }

    /** Where the cloud side listens, for a person. */
    public String addresses() {
        CloudConnection at = cloud.connection();
        return at.provisioningHost().orElse("?") + ":" + at.httpsPort() + " and "
                + at.hub().host() + ":" + at.mqttPort();
    }

    /** The serial line, for whoever wants to pull it or to shout on it. */
    public PtyBus bus() {
        return bus;
    }

    /** Takes the cloud side away as a power cut would. */
    public void killCloud() {
        cloud.kill();
    }

    /** Brings the cloud side back on the data it had; returns when it listens again. */
    public void returnCloud() throws LabException, IOException, InterruptedException {
        cloud.comeBack();
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.err.println("while ending the lab: " + e.getMessage());
            }
        }
    }

    /** What a technician reads off the gateway before it is enrolled. */
    private EndorsementKey readEndorsementKey() throws LabException, IOException, InterruptedException {
        Path log = directory.resolve("identity.log");
        Child identity = Child.verb(root, "identity", log, "--tpm", tpm.device(), "--json");
        long deadline = System.nanoTime() + IDENTITY_PATIENCE.toNanos();
        while (identity.isAlive() && System.nanoTime() < deadline) {
            Child.pause();
        }
        identity.close();
        try {
            JsonObject shown = Json.parseObject(identity.lastWords(1));
            return EndorsementKey.decode(Bytes.base64(Json.requireText(shown, "endorsementKey")));
        } catch (IllegalArgumentException e) {
            throw new LabException("the TPM does not tell its endorsement key:\n" + identity.lastWords(15), e);
        }
    }

    private void enroll() throws ServiceException {
        cloud().enrollments()
                .create(NewEnrollment.tpm(endorsementKey.registrationId(), endorsementKey)
                        .withDeviceId(Optional.of(GATEWAY)));
        for (DeviceId leaf : leaves.all()) {
            enroll(leaf);
        }
    }

    /** Makes a leaf known to the hub, and the gateway the one that may speak for it. */
    public void enroll(DeviceId leaf) throws ServiceException {
        cloud().devices().create(leaf, Optional.empty(), true);
        cloud().leaves().assign(leaf, GATEWAY);
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }
}
