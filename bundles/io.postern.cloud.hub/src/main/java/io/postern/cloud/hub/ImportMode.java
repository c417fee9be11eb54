// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Shown;
import java.util.Arrays;
import java.util.List;

/** What a record of a bulk request or an import asks for (spec: REST 2021-04-12, ExportImportDevice.importMode). */
public enum ImportMode {
    CREATE("create"),
    UPDATE("update"),
    UPDATE_IF_MATCH("updateIfMatchETag"),
    CREATE_OR_UPDATE("createOrUpdate"),
    CREATE_OR_UPDATE_IF_MATCH("createOrUpdateIfMatchETag"),
    DELETE("delete"),
    DELETE_IF_MATCH("deleteIfMatchETag"),
    UPDATE_TWIN("updateTwin"),
    UPDATE_TWIN_IF_MATCH("updateTwinIfMatchETag");

    private final String wireName;

    ImportMode(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /** @throws IllegalArgumentException naming all modes; the official clients differ in case */
    public static ImportMode parse(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.wireName.equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "importMode is one of " + String.join(", ", names()) + ", not \"" + Shown.of(text) + "\""));
    }

    private static List<String> names() {
        return Arrays.stream(values()).map(ImportMode::wireName).toList();
    }
}
