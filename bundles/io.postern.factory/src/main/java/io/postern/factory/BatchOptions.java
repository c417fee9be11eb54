// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which devices a batch is for, and what they are told of the service they will register with. */
final class BatchOptions {
    @Parameters(arity = "0..*", paramLabel = "ID", description = "Registration ids of the devices.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--ids",
            paramLabel = "FILE",
            description = "Their ids, one to a line, or a CSV with a column registrationId or IOTC_DEVICEID.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Gets a folder for each device.")
    private Path directory = Path.of("");

    @Option(names = "--id-scope", paramLabel = "SCOPE", description = "The tenant's id scope, for device.json.")
    private Optional<IdScope> idScope = Optional.empty();

    @Option(names = "--provisioning-host", paramLabel = "HOST", description = "Where they register, for device.json.")
    private Optional<String> provisioningHost = Optional.empty();

    DeviceFolders folders() throws IOException {
        return DeviceFolders.open(directory);
    }

    /** @param rule what the ids must keep besides the rule of the registration service */
    IdList ids(Inputs inputs, UnaryOperator<RegistrationId> rule) throws IOException {
        if (file.isPresent() == !names.isEmpty()) {
            throw new IllegalArgumentException("name the devices by their ids or give --ids FILE, one of the two");
        }
        return file.isPresent()
                ? IdList.ofFile(file.get().toString(), inputs.text(file.get()), rule)
                : IdList.ofArguments(names, rule);
    }

    boolean nameDevices() {
        return file.isPresent() || !names.isEmpty();
    }

    /** What is wrong with the {@code device.json} of a device that was made before, for another tenant or service. */
    Optional<String> flaw(Path file) throws IOException {
        try {
            JsonObject told = Json.parseObject(Files.readString(file));
            if (Json.text(told, "idScope").equals(idScope.map(IdScope::text))
                    && Json.text(told, "provisioningHost").equals(provisioningHost)) {
                return Optional.empty();
            }
            return Optional.of("its device.json was made for another --id-scope or --provisioning-host;"
                    + " repeat those, or move the folder away to make a new one");
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return Optional.of("its device.json was not written to the end; remove the folder and start again");
        }
    }

    /**
     * What a device is told besides its credential, in the words of a gateway's configuration.
     *
     * @param identity how it proves itself
     */
    JsonObjectBuilder configuration(RegistrationId id, String identity) {
        JsonObjectBuilder json = Json.object();
        provisioningHost.ifPresent(host -> json.add("provisioningHost", host));
        idScope.ifPresent(scope -> json.add("idScope", scope.text()));
        return json.add("identity", identity).add("registrationId", id.text());
    }
}
