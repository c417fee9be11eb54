// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Asks a running framework which declarative-services components are not up, and why.
 *
 * <p>By reflection, since the service's classes belong to the framework's own class loaders and not to the test's.
 */
public final class OsgiComponents {
    private static final int SATISFIED = 4; // ComponentConfigurationDTO: 4 satisfied, 8 active

    private OsgiComponents() {}

    /**
     * One line for each configured component that is not satisfied, naming the references it waits for.
     *
     * @param componentRuntime the service {@code org.osgi.service.component.runtime.ServiceComponentRuntime}
     */
    public static List<String> unsatisfied(Object componentRuntime) {
        List<String> found = new ArrayList<>();
        try {
            Collection<?> descriptions = (Collection<?>) call(componentRuntime, "getComponentDescriptionDTOs");
            for (Object description : descriptions) {
                var configurations = (Collection<?>) componentRuntime
                        .getClass()
                        .getMethod("getComponentConfigurationDTOs", description.getClass())
                        .invoke(componentRuntime, description);
                for (Object configuration : configurations) {
                    if ((int) field(configuration, "state") < SATISFIED) {
                        found.add(field(description, "name") + " in state " + field(configuration, "state")
                                + ", waits for " + references(configuration));
                    }
                }
            }
            return found;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the component runtime is not what OSGi Compendium R7, 112.9 says", e);
        }
    }

    private static List<Object> references(Object configuration) throws ReflectiveOperationException {
        Object unsatisfied = field(configuration, "unsatisfiedReferences");
        List<Object> names = new ArrayList<>();
        for (int i = 0; i < Array.getLength(unsatisfied); i++) {
            names.add(field(Array.get(unsatisfied, i), "name"));
        }
        return names;
    }

    private static Object call(Object target, String method) throws ReflectiveOperationException {
        // the varargs method takes bundles; none means all
        for (var candidate : target.getClass().getMethods()) {
            if (candidate.getName().equals(method) && candidate.getParameterCount() == 1) {
                return candidate.invoke(
                        target, Array.newInstance(candidate.getParameterTypes()[0].getComponentType(), 0));
            }
        }
        throw new NoSuchMethodException(method);
    }

    private static Object field(Object target, String name) throws ReflectiveOperationException {
        return target.getClass().getField(name).get(target);
    }
}
