// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;

/** Templates that differ from one that ships in their mapping. */
final class PinTemplates {
    private PinTemplates() {}

    static Template with(Template other, String mapping) throws TemplateException {
        return new Template(
                other.name(),
                other.title(),
                other.dataSheet(),
                other.model(),
                other.driver(),
                Node.parse("test.json", mapping),
                other.reporting(),
                other.simulation());
    }
}
