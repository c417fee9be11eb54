// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.query.Condition;
import io.postern.cloud.hub.query.Dialect;
import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings every kind of route has, checked.
 *
 * @param condition which messages; always true when no condition was given
 * @param fromOldest whether a new route begins with the oldest event that is kept
 */
record RouteSettings(
        RouteName name,
        String conditionText,
        Condition condition,
        boolean fromOldest,
        String target,
        int batch,
        Duration deliverFor,
        Path deadLetters) {
    private static final int MOST = 500; // half a page of the stream; 500 of the largest messages are 170 MB of JSON
    private static final String ALL = "true";

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static RouteSettings of(RouteConfig config) {
        RouteName name = Setting.parse("name", config.name(), RouteName::new);
        String condition = config.condition().isBlank() ? ALL : config.condition();
        if (config.batch() < 1 || config.batch() > MOST) {
            throw new IllegalArgumentException("batch: 1 to " + MOST + ", not " + config.batch());
        }
        if (config.deadLetterDirectory().isBlank()) {
            throw new IllegalArgumentException(
                    "deadLetterDirectory: the folder is needed where messages go that cannot be delivered");
        }
        return new RouteSettings(
                name,
                condition,
                Setting.parse("condition", condition, text -> Condition.parse(text, Dialect.MESSAGES)),
                switch (config.start()) {
                    case "new" -> false;
                    case "oldest" -> true;
                    default -> throw new IllegalArgumentException("start: new or oldest, not " + config.start());
                },
                config.target(),
                config.batch(),
                Setting.parse("deliverFor", config.deliverFor(), DurationText::parse),
                Path.of(config.deadLetterDirectory()));
    }
}
