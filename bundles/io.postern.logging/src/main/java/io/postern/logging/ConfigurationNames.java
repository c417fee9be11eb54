// SPDX-License-Identifier: Apache-2.0
package io.postern.logging;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Finds the name under which a component's configuration stands in the operator's file.
 *
 * <p>By what it failed with: the number in an entry of the log is of no use, for all configurations of a component share
 * one logger there, and it shows the number of the youngest.
 */
final class ConfigurationNames {
    private final ServiceComponentRuntime components;

    ConfigurationNames(ServiceComponentRuntime components) {
        this.components = components;
    }

    /**
     * The PID, such as {@code io.postern.gateway.modbus~meter-1}; several when they failed with the same words, that of
     * the factory when none has failed so.
     */
    String configuration(String component, String why) {
        List<ComponentDescriptionDTO> descriptions = components.getComponentDescriptionDTOs().stream()
                .filter(each -> each.name.equals(component))
                .toList();
        List<ComponentConfigurationDTO> all = descriptions.stream()
                .map(components::getComponentConfigurationDTOs)
                .flatMap(Collection::stream)
                .toList();
        List<String> failed = names(all.stream(), each -> each.failure != null && each.failure.contains(why));
        if (!failed.isEmpty()) {
            return String.join(", ", failed);
        }
        return all.size() == 1
                ? String.join(", ", names(all.stream(), _ -> true))
                : descriptions.stream()
                        .flatMap(each -> Stream.of(each.configurationPid))
                        .findFirst()
                        .orElse(component);
    }

    private static List<String> names(
            Stream<ComponentConfigurationDTO> configurations, Predicate<ComponentConfigurationDTO> which) {
        return configurations
                .filter(which)
                .map(each -> each.properties.getOrDefault("service.pid", each.description.name))
                .map(String::valueOf)
                .sorted()
                .toList();
    }
}
