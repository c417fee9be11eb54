// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Configurations as the framework makes them from an annotation: what is given, else the default. */
public final class Configs {
    private Configs() {}

    public static <T> T of(Class<T> annotation, Map<String, ?> given) {
        return annotation.cast(
                Proxy.newProxyInstance(annotation.getClassLoader(), new Class<?>[] {annotation}, (_, method, _) -> {
                    Object value = given.get(method.getName());
                    return value == null ? method.getDefaultValue() : value;
                }));
    }
}
