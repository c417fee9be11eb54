// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

/**
 * Case as protocols mean it: A to Z alone. The full Unicode mapping would make a plain k of the Kelvin sign, and so two
 * names equal that are not.
 */
final class Ascii {
    private Ascii() {}

    static String lowerCase(String text) {
        var lower = new StringBuilder(text.length());
        text.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c + 0x20 : c)));
        return lower.toString();
    }
}
