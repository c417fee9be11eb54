// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What {@link Databases} opens for this test class lies in PostgreSQL. */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnPostgres.Switch.class)
public @interface OnPostgres {
    /** Classes run one after the other in a JVM. */
    final class Switch implements BeforeAllCallback, AfterAllCallback {
        private boolean before;

        @Override
        public void beforeAll(ExtensionContext context) {
            before = Databases.onPostgres(true);
        }

        @Override
        public void afterAll(ExtensionContext context) {
            Databases.onPostgres(before);
        }
    }
}
