// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.TemplateReader;

/** Templates for tests, from a mapping and the contents of its model. */
final class TestTemplate {
    private TestTemplate() {}

    static Template of(String mapping, String contents) throws TemplateException {
        return TemplateReader.read(
                "meter.json", """
                {"template":"meter","title":"Meter","dataSheet":"none, a test","driver":"modbus",
                 "model":{"@context":"dtmi:dtdl:context;2","@id":"dtmi:io:postern:test:meter;1","@type":"Interface",
                  "displayName":"Meter","contents":[CONTENTS]},
                 "report":{"period":"1s"},
                 "mapping":MAPPING}""".replace("CONTENTS", contents).replace("MAPPING", mapping));
    }

    static String telemetry(String name, String schema) {
        return "{\"@type\":\"Telemetry\",\"name\":\"" + name + "\",\"schema\":\"" + schema + "\"}";
    }

    static String writable(String name, String schema) {
        return "{\"@type\":\"Property\",\"name\":\"" + name + "\",\"schema\":\"" + schema + "\",\"writable\":true}";
    }

    static String command(String name) {
        return "{\"@type\":\"Command\",\"name\":\"" + name + "\"}";
    }
}
