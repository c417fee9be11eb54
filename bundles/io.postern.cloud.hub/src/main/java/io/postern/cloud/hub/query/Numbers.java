// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as they stand in queries and in texts of messages: decimal with an exponent, or hexadecimal behind 0x. */
final class Numbers {
    // the digits are bounded because an exponent must not make a number of gigabytes out of a few characters
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?");
    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9a-fA-F]{1,16}");

    private Numbers() {}

    static Optional<BigDecimal> read(String text) {
        if (DECIMAL.matcher(text).matches()) {
            return Optional.of(new BigDecimal(text));
        }
        return HEXADECIMAL.matcher(text).matches()
                ? Optional.of(new BigDecimal(new BigInteger(text.substring(2), 16)))
                : Optional.empty();
    }
}
