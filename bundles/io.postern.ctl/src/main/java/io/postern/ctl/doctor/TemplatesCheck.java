// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Whether the templates of all configured leaves can be used.
 *
 * @param own folder of the site's own templates
 */
record TemplatesCheck(List<GatewayFile.LeafFile> leaves, Optional<Path> own) implements Check {
    @Override
    public String name() {
        return "Templates";
    }

    @Override
    public Finding examine() {
        var names = new TreeSet<String>();
        leaves.forEach(leaf -> names.add(leaf.template()));
        for (String name : names) {
            try {
                Optional<Path> file =
                        own.map(folder -> folder.resolve(name + ".json")).filter(Files::exists);
                if (file.isPresent()) {
                    Templates.readFile(file.get());
                } else if (!Templates.shipped().names().contains(name)) {
                    return Finding.fault(
                            "there is no template \"" + name + "\"",
                            "./postern template list shows those there are; your own are looked for in templateDirectory.");
                }
            } catch (TemplateException | IOException e) {
                return Finding.fault(
                        "the template \"" + name + "\" cannot be used: " + e.getMessage(),
                        "./postern template check FILE says more.");
            }
        }
        return Finding.good(
                names.size() == 1
                        ? "the template of the leaves is good"
                        : "the " + names.size() + " templates are good");
    }
}
