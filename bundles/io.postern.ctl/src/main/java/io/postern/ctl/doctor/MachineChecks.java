// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.doctor.Finding.Level;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the kernel tells of the board and its parts. Many boards do not tell everything: that is said, and is no fault.
 *
 * @param root where {@code /proc}, {@code /sys} and {@code /dev} hang; another than {@code /} in tests
 */
record MachineChecks(Path root) {
    private static final long MIB_OF_KB = 1024;
    private static final long LITTLE_MEMORY = 64; // MB; the gateway takes about 100, its neighbours want some
    private static final double HOT = 80; // a Pi slows down from 80 degrees on, and at 85 in any case
    private static final double WARM = 70;
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+([0-9]+) kB");
    private static final int UNDER_VOLTAGE = 1; // bits of get_throttled of the Raspberry Pi's firmware
    private static final int SLOWED = 0b1110;
    private static final int UNDER_VOLTAGE_BEFORE = 1 << 16;

    List<Check> all() {
        return List.of(
                check("Kernel", this::kernel),
                check("Memory", this::memory),
                check("Temperature", this::temperature),
                check("Power supply", this::power),
                check("Card wear", this::wear),
                check("Watchdog", this::watchdog));
    }

    private static Check check(String name, java.util.function.Supplier<Finding> examiner) {
        return new Check() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Finding examine() {
                return examiner.get();
            }
        };
    }

    Finding kernel() {
        return text("proc/sys/kernel/osrelease")
                .map(release -> {
                    int major = Integer.parseInt("0" + release.replaceAll("[^0-9].*", ""));
                    return major >= 5
                            ? Finding.good("Linux " + release)
                            : Finding.warning(
                                    "Linux " + release + " gets no security updates any more",
                                    "Upgrade the system of this machine.");
                })
                .orElseGet(() -> Finding.unknown("this system does not tell its kernel"));
    }

    Finding memory() {
        Matcher found = AVAILABLE.matcher(text("proc/meminfo").orElse(""));
        if (!found.find()) {
            return Finding.unknown("this system does not tell how much memory is left");
        }
        long left = Long.parseLong(found.group(1)) / MIB_OF_KB;
        return left < LITTLE_MEMORY
                ? Finding.warning(
                        left + " MB of memory are left: the kernel may end the gateway",
                        "See what takes it: ps aux --sort=-rss | head")
                : Finding.good(left + " MB of memory are left");
    }

    Finding temperature() {
        Optional<Double> hottest = Optional.empty();
        for (Path zone : list("sys/class/thermal", "thermal_zone*")) {
            Optional<Double> here = read(zone.resolve("temp"))
                    .filter(text -> text.matches("-?[0-9]{1,7}"))
                    .map(text -> Integer.parseInt(text) / 1000.0);
            if (here.isPresent() && (hottest.isEmpty() || here.get() > hottest.get())) {
                hottest = here;
            }
        }
        return hottest.map(MachineChecks::judge)
                .orElseGet(() -> Finding.unknown("this board does not tell its temperature"));
    }

    private static Finding judge(double degrees) {
        String text = String.format(Locale.ROOT, "the processor has %.0f degrees Celsius", degrees);
        String remedy = "Let air to the box, or take it out of the sun.";
        if (degrees >= HOT) {
            return Finding.fault(text + ": it slows down to stay alive", remedy);
        }
        return degrees >= WARM ? Finding.warning(text, remedy) : Finding.good(text);
    }

    /** What a Raspberry Pi's firmware says of its supply. */
    Finding power() {
        Optional<Integer> bits = text("sys/devices/platform/soc/soc:firmware/get_throttled")
                .filter(text -> text.matches("[0-9a-f]{1,6}"))
                .map(text -> Integer.parseInt(text, 16));
        if (bits.isEmpty()) {
            return Finding.unknown("this board does not tell how it is supplied");
        }
        String remedy = "Use the board's own power supply and a short thick cable; low voltage ruins cards.";
        if ((bits.get() & UNDER_VOLTAGE) != 0) {
            return Finding.fault("the board gets too little voltage", remedy);
        }
        if ((bits.get() & UNDER_VOLTAGE_BEFORE) != 0) {
            return Finding.warning("the board had too little voltage since it was started", remedy);
        }
        return (bits.get() & SLOWED) != 0
                ? Finding.warning("the board slows its processor down", "Look at temperature and power supply.")
                : Finding.good("the board is supplied well");
    }

    /** What eMMC and some SD cards tell of their age (JEDEC eMMC 5.0: EXT_CSD 267 to 269). */
    Finding wear() {
        List<Finding> found = new ArrayList<>();
        for (Path device : list("sys/block", "mmcblk*")) {
            read(device.resolve("device/life_time"))
                    .ifPresent(life -> found.add(wear(
                            device.getFileName().toString(),
                            life,
                            read(device.resolve("device/pre_eol_info")).orElse("0x00"))));
        }
        for (Level level : List.of(Level.FAULT, Level.WARNING, Level.GOOD)) {
            Optional<Finding> worst =
                    found.stream().filter(each -> each.level() == level).findFirst();
            if (worst.isPresent()) {
                return worst.get();
            }
        }
        return Finding.unknown(
                "no disk of this machine tells its wear (SD cards do not; for SSDs ask smartctl -a /dev/sda)");
    }

    private static Finding wear(String device, String life, String reserve) {
        int tenths = Stream.of(life.strip().split("\\s+"))
                .mapToInt(MachineChecks::hex)
                .max()
                .orElse(0);
        int eol = hex(reserve.strip());
        String remedy = "Put in a new card while this one still reads, and copy the state directory.";
        if (tenths > 10 || eol == 3) {
            return Finding.fault(device + " has outlived its rated life", remedy);
        }
        if (tenths == 0) {
            return Finding.unknown(device + " does not tell its wear");
        }
        String text = device + " has used up to " + tenths * 10 + " % of its rated life";
        return tenths > 8 || eol == 2 ? Finding.warning(text, remedy) : Finding.good(text);
    }

    Finding watchdog() {
        List<Path> dogs = list("sys/class/watchdog", "watchdog*");
        if (dogs.isEmpty()) {
            return Finding.unknown("this machine has no watchdog: if it hangs, somebody must switch it off and on");
        }
        return dogs.stream()
                        .anyMatch(dog -> read(dog.resolve("state")).orElse("").equals("active"))
                ? Finding.good("the watchdog is on: a machine that hangs starts again by itself")
                : Finding.warning(
                        "there is a watchdog, and nobody uses it",
                        "RuntimeWatchdogSec=15 in /etc/systemd/system.conf, then systemctl daemon-reexec.");
    }

    private static int hex(String text) {
        return text.matches("0x[0-9A-Fa-f]{1,2}") ? Integer.parseInt(text.substring(2), 16) : 0;
    }

    private Optional<String> text(String path) {
        return read(root.resolve(path));
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private List<Path> list(String folder, String names) {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root.resolve(folder), names)) {
            found.forEach(all::add);
        } catch (IOException e) {
            return List.of();
        }
        return all.stream().sorted().toList();
    }
}
