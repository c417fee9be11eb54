// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.wire.Shown;
import java.util.regex.Pattern;

/** What a user is called: 1 to 40 lower-case letters, digits and {@code - . _}. */
public record UserName(String text) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9\\-._]{1,40}");
    private static final String PREFIX = "user."; // no policy of another kind begins so

    public UserName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a user is called by 1 to 40 lower-case letters, digits or -._, not \"" + Shown.of(text) + "\"");
        }
    }

    /** The policy that is this user to the services; their logs and tokens name it. */
    public String policy() {
        return PREFIX + text;
    }

    static boolean isPolicyOfUser(String policy) {
        return policy.startsWith(PREFIX);
    }

    @Override
    public String toString() {
        return text;
    }
}
