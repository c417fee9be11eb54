// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.load;

import io.postern.ctl.NewEnrollment;
import io.postern.ctl.ServiceException;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A gateway and its leaves as the cloud side knows them: enrolled by a symmetric key, the leaves registered in bulk and
 * given to it, so that five hundred take a few seconds.
 */
public final class Crew {
    private static final int TOGETHER = 1_000; // devices a request; the hub takes 1 MB of lines
    private static final int KEY_OCTETS = 32;

    private final String name;
    private final int leaves;
    private final Secret key;
    private final Path keyFile;

    private Crew(String name, int leaves, Secret key, Path keyFile) {
        this.name = name;
        this.leaves = leaves;
        this.key = key;
        this.keyFile = keyFile;
    }

    /**
     * Makes them known.
     *
     * @param name of the gateway; the leaves are called the same with a number from 0
     * @param directory for the gateway's key
     */
    public static Crew enroll(LabCloud cloud, String name, int leaves, Path directory)
            throws IOException, LabException {
        try {
            var random = new SecureRandom();
            Secret key = Secret.random(KEY_OCTETS, random);
            Secret spare = Secret.random(KEY_OCTETS, random);
            cloud.operator()
                    .enrollments()
                    .create(NewEnrollment.symmetricKey(RegistrationId.of(name), key, spare)
                            .withDeviceId(Optional.of(DeviceId.of(name))));
            Files.createDirectories(directory);
            Path keyFile = directory.resolve(name + ".key");
            Files.createFile(
                    keyFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(keyFile, key.revealBase64() + "\n");
            var crew = new Crew(name, leaves, key, keyFile);
            register(cloud, crew, "");
            for (int number = 0; number < leaves; number++) {
                cloud.operator().leaves().assign(crew.leaf(number), DeviceId.of(name));
            }
            return crew;
        } catch (ServiceException e) {
            throw new LabException("the gateway " + name + " and its leaves were not enrolled: " + e.getMessage(), e);
        }
    }

    /** Makes devices known that speak for themselves, all with one key. */
    public static Crew ofTheirOwn(LabCloud cloud, String name, int devices, Path directory) throws LabException {
        Secret key = Secret.random(KEY_OCTETS, new SecureRandom());
        String keys = Json.object()
                .add("primaryKey", key.revealBase64())
                .add("secondaryKey", key.revealBase64())
                .build()
                .toString();
        try {
            var crew = new Crew(name, devices, key, directory.resolve(name + ".key"));
            register(cloud, crew, ",\"authentication\":{\"type\":\"sas\",\"symmetricKey\":" + keys + "}");
            return crew;
        } catch (ServiceException e) {
            throw new LabException("the devices of " + name + " were not registered: " + e.getMessage(), e);
        }
    }

    private static void register(LabCloud cloud, Crew crew, String further) throws ServiceException, LabException {
        for (int from = 0; from < crew.leaves; from += TOGETHER) {
            String lines = IntStream.range(from, Math.min(crew.leaves, from + TOGETHER))
                    .mapToObj(number ->
                            "{\"id\":\"" + crew.leaf(number) + "\",\"importMode\":\"create\"" + further + "}\n")
                    .collect(Collectors.joining());
            JsonObject done = cloud.operator().devices().take(lines, 1);
            if (!done.getJsonArray("errors").isEmpty()) {
                throw new LabException("leaves of " + crew.name + " were not registered: " + done);
            }
        }
    }

    /** Of the gateway, or of each device that speaks for itself. */
    public Secret key() {
        return key;
    }

    public String name() {
        return name;
    }

    public int leaves() {
        return leaves;
    }

    public DeviceId leaf(int number) {
        return DeviceId.of(prefix() + number);
    }

    /** What the names of its leaves begin with, and nobody else's. */
    public String prefix() {
        return name + "-";
    }

    Path keyFile() {
        return keyFile;
    }

    /** The names of the leaves, as they stand in a gateway's configuration. */
    JsonArrayBuilder list() {
        var list = Json.array();
        IntStream.range(0, leaves).forEach(number -> list.add(leaf(number).text()));
        return list;
    }
}
