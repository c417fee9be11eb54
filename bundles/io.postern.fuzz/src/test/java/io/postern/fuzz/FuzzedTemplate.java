// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.TemplateReader;
import io.postern.sensor.mapping.Mappings;
import java.nio.charset.StandardCharsets;

/** Templates of technicians: each is read the same every time, or refused with file, line and a reason that can be shown. */
final class FuzzedTemplate {
    private static final String FILE = "fuzzed.json";

    private FuzzedTemplate() {}

    static void template(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        try {
            Template template = TemplateReader.read(FILE, text);
            Promise.same(template, TemplateReader.read(FILE, text));
            Promise.same(Mappings.fields(template), Mappings.fields(template));
        } catch (TemplateException e) {
            String said = String.valueOf(e.getMessage());
            long lines = 1 + text.lines().count(); // a carriage return alone ends a line, too
            if (!said.startsWith(FILE + ":" + e.line() + ": ") || e.line() < 0 || e.line() > lines) {
                throw new AssertionError("refused at a line that is not there", e);
            }
            if (said.chars().anyMatch(Character::isISOControl)) {
                throw new AssertionError("a control character would reach the terminal", e);
            }
        }
    }
}
