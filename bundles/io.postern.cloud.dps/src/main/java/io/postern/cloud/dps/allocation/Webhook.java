// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The operator's own program that chooses hubs, as {@code customAllocationDefinition} of an enrollment names it.
 *
 * @param url https; its query often holds a key, so it is never logged
 * @param apiVersion what the program expects of the documents it is sent; passed back as it was given
 */
public record Webhook(URI url, String apiVersion) {
    private static final String DEFAULT_VERSION = "2019-03-31"; // what the official Java service client speaks
    private static final int LONGEST_URL = 2_048; // what browsers and proxies agree on
    private static final int LONGEST_VERSION = 64; // a date and "-preview"

    public Webhook {
        if (!"https".equalsIgnoreCase(url.getScheme()) || url.getHost() == null || url.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "customAllocationDefinition.webhookUrl is an https address with a host and without a user");
        }
        if (apiVersion.length() > LONGEST_VERSION) {
            throw new IllegalArgumentException(
                    "customAllocationDefinition.apiVersion has at most " + LONGEST_VERSION + " characters");
        }
    }

    static Webhook parse(JsonObject definition) {
        String url = Json.requireText(definition, "webhookUrl");
        if (url.length() > LONGEST_URL) {
            throw new IllegalArgumentException("customAllocationDefinition.webhookUrl has at most " + LONGEST_URL
                    + " characters, not " + url.length());
        }
        try {
            return new Webhook(new URI(url), Json.text(definition, "apiVersion").orElse(DEFAULT_VERSION));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "customAllocationDefinition.webhookUrl is no address: " + Shown.of(e.getReason()), e);
        }
    }

    JsonObject toJson() {
        return Json.object()
                .add("webhookUrl", url.toString())
                .add("apiVersion", apiVersion)
                .build();
    }

    public String host() {
        return url.getHost().toLowerCase(Locale.ROOT);
    }

    /** Without the query. */
    @Override
    public String toString() {
        return "https://" + url.getAuthority() + url.getPath();
    }
}
