// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.wire.DerivedKey;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A device's own key, made from its group's; the group's key goes into no folder (CEN-08). */
final class DerivedKeys implements Batch.Maker {
    private static final String KEY = "device.key";
    private static final String CONFIGURATION = "device.json";
    private static final Pattern COMPLETE = Pattern.compile("[A-Za-z0-9+/]{43}=\\n"); // 32 octets

    private final Secret groupKey;
    private final DeviceFolders folders;
    private final BatchOptions options;

    DerivedKeys(Secret groupKey, DeviceFolders folders, BatchOptions options) {
        this.groupKey = groupKey;
        this.folders = folders;
        this.options = options;
    }

    @Override
    public List<DeviceFile> make(RegistrationId id) {
        String configuration = Json.pretty(
                options.configuration(id, "symmetric-key").add("keyFile", KEY).build());
        return List.of(
                DeviceFile.secret(KEY, DerivedKey.of(groupKey, id).revealBase64() + "\n"),
                DeviceFile.open(CONFIGURATION, configuration + "\n"));
    }

    @Override
    public Optional<String> flaw(RegistrationId id) throws IOException {
        Path file = folders.of(id).resolve(KEY);
        if (!Files.exists(file)) {
            return Optional.of("this folder holds something else than a derived key; choose another --out");
        }
        String found = Files.readString(file);
        if (!COMPLETE.matcher(found).matches()) {
            return Optional.of("its key was not written to the end; remove the folder and start again");
        }
        return Secret.base64(found.strip()).equals(DerivedKey.of(groupKey, id))
                ? options.flaw(folders.of(id).resolve(CONFIGURATION))
                : Optional.of("its key was made from another group key; move the folder away to make a new one");
    }

    @Override
    public List<String> headings() {
        return List.of("registrationId");
    }

    @Override
    public List<String> row(RegistrationId id) {
        return List.of(id.text());
    }
}
