// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskEncryptionTest {
    @TempDir
    Path root;

    @TempDir
    Path data;

    @BeforeEach
    void makeDevices() throws IOException {
        for (String device : new String[] {"vda1", "vdb1", "dm-0", "dm-1", "dm-2"}) {
            Files.createDirectories(root.resolve("sys/class/block/" + device + "/slaves"));
            file("dev/" + device, "");
        }
        Files.createDirectories(root.resolve("dev/mapper"));
        Files.createSymbolicLink(root.resolve("dev/mapper/secret"), root.resolve("dev/dm-0"));
        file("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123-secret\n");
        file("sys/class/block/dm-0/slaves/vda1", "");
        file("sys/class/block/dm-1/dm/uuid", "LVM-abc\n");
        file("sys/class/block/dm-1/slaves/dm-0", "");
        file("sys/class/block/dm-2/dm/uuid", "LVM-def\n");
        file("sys/class/block/dm-2/slaves/dm-0", "");
        file("sys/class/block/dm-2/slaves/vdb1", "");
    }

    @Test
    void luksIsSeenAlsoBelowLvm() throws IOException {
        assertThat(seenWhenMountedFrom("/dev/mapper/secret")).isTrue();
        assertThat(seenWhenMountedFrom("/dev/dm-1")).isTrue();
    }

    @Test
    void aDiskOfWhichAPartIsInTheClearIsNotEncrypted() throws IOException {
        assertThat(seenWhenMountedFrom("/dev/vdb1")).isFalse();
        assertThat(seenWhenMountedFrom("/dev/dm-2")).isFalse();
    }

    @Test
    void whatIsNotKnownIsNotCalledEncrypted() throws IOException {
        assertThat(seenWhenMountedFrom("tmpfs")).isFalse();
        assertThat(seenWhenMountedFrom("/dev/absent")).isFalse();
        file("proc/self/mountinfo", "a line of another kernel\n\n- - -\n");
        assertThat(new DiskEncryption(root).isSeenBelow(data)).isFalse();
        assertThat(new DiskEncryption(data).isSeenBelow(data)).isFalse();
    }

    @Test
    void theNearestMountCountsAndOfTwoAtOnePlaceTheLater() throws IOException {
        String other = line("/", "/dev/vdb1");
        file("proc/self/mountinfo", line(data.toRealPath().toString(), "/dev/dm-0") + other);
        assertThat(new DiskEncryption(root).isSeenBelow(data)).isTrue();

        String place = data.toRealPath().toString();
        file("proc/self/mountinfo", other + line(place, "/dev/dm-0") + line(place, "/dev/vdb1"));
        assertThat(new DiskEncryption(root).isSeenBelow(data)).isFalse();
    }

    private boolean seenWhenMountedFrom(String source) throws IOException {
        file("proc/self/mountinfo", line("/", source));
        return new DiskEncryption(root).isSeenBelow(data);
    }

    private static String line(String point, String source) {
        return "36 35 98:0 / " + point + " rw,noatime shared:1 - ext4 " + source + " rw\n";
    }

    private void file(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
