// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.sensor.message.MessageMap;
import io.postern.wire.Bytes;
import java.io.IOException;

/** What a sensor publishes of its own accord. */
final class FuzzedMessage {
    private static final MessageMap MAP = map();

    private FuzzedMessage() {}

    private static MessageMap map() {
        try {
            return MessageMap.of(Templates.shipped().read("mqtt-climate"));
        } catch (TemplateException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A message gives at least one value of a field that the template has, or a reason. */
    static void message(byte[] octets) {
        try {
            MessageMap.Taken taken = MAP.decode(Bytes.of(octets));
            if (taken.values().isEmpty()
                    || !MAP.fields().keySet().containsAll(taken.values().keySet())) {
                throw new AssertionError("broken: a message that is taken has values of the template's fields");
            }
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null || !e.getMessage().contains("message")) {
                throw new AssertionError("broken: a refusal says why", e);
            }
        }
    }
}
