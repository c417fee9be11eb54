// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.wire.HubName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The operator's settings for allocation webhooks, checked. */
final class WebhookSettings {
    private static final String PID = "io.postern.cloud.dps: ";

    private WebhookSettings() {}

    /** @throws IllegalArgumentException naming the key that is wrong */
    static WebhookCaller caller(String[] hosts, String caFile) throws IOException {
        Set<String> allowed = Arrays.stream(hosts).map(WebhookSettings::host).collect(Collectors.toSet());
        Optional<Path> file =
                Optional.of(caFile).filter(path -> !path.isBlank()).map(Path::of);
        try {
            return new WebhookCaller(
                    allowed, file.isPresent() ? Optional.of(Files.readString(file.get())) : Optional.empty());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PID + "allocationWebhookCaFile: " + e.getMessage(), e);
        }
    }

    private static String host(String text) {
        try {
            return HubName.of(text.strip()).text();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PID + "allocationWebhookHosts: " + e.getMessage(), e);
        }
    }
}
