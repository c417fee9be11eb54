// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

/**
 * One file of a device's folder.
 *
 * @param secret whether nobody but its owner may read it
 */
record DeviceFile(String name, String text, boolean secret) {
    static DeviceFile open(String name, String text) {
        return new DeviceFile(name, text, false);
    }

    static DeviceFile secret(String name, String text) {
        return new DeviceFile(name, text, true);
    }

    @Override
    public String toString() {
        return name; // the text may be a key
    }
}
