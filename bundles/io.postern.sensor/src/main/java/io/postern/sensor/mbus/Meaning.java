// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.wire.Bytes;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * What the value of a record is.
 *
 * @param what as mappings call it, such as {@code flowTemperature}
 * @param dimension of its number
 * @param factor what the number is multiplied with to be in the dimension's own unit
 */
public record Meaning(String what, Dimension dimension, BigDecimal factor) {
    /** Physical dimensions and the unit in which they are here. */
    public enum Dimension {
        ENERGY("joule"),
        VOLUME("cubicMetre"),
        MASS("kilogram"),
        TIME("second"),
        POWER("watt"),
        FLOW("cubicMetrePerHour"),
        MASS_FLOW("kilogramPerHour"),
        TEMPERATURE("degreeCelsius"),
        DIFFERENCE("kelvin"),
        PRESSURE("bar"),
        VOLTAGE("volt"),
        CURRENT("ampere"),
        FREQUENCY("hertz"),
        NONE("");

        private final String unit;

        Dimension(String unit) {
            this.unit = unit;
        }

        /**
         * How many of this dimension's unit are in one of {@code unit}; empty when that is of another dimension.
         *
         * @param unit as DTDL spells it
         */
        public Optional<BigDecimal> in(String unit) {
            if (unit.equals(this.unit)) {
                return Optional.of(BigDecimal.ONE);
            }
            return factor(unit).map(BigDecimal::new);
        }

        private Optional<String> factor(String name) {
            return Optional.ofNullable(
                    switch (this) {
                        case ENERGY -> energy(name);
                        case VOLUME ->
                            switch (name) {
                                case "litre" -> "0.001";
                                case "millilitre", "cubicCentimetre" -> "0.000001";
                                default -> null;
                            };
                        case MASS ->
                            switch (name) {
                                case "gram" -> "0.001";
                                case "tonne" -> "1000";
                                default -> null;
                            };
                        case TIME ->
                            switch (name) {
                                case "minute" -> "60";
                                case "hour" -> "3600";
                                case "day" -> "86400";
                                default -> null;
                            };
                        case POWER ->
                            switch (name) {
                                case "kilowatt" -> "1000";
                                case "megawatt" -> "1000000";
                                default -> null;
                            };
                        case FLOW ->
                            switch (name) {
                                case "litrePerHour" -> "0.001";
                                case "litrePerMinute" -> "0.06";
                                case "litrePerSecond" -> "3.6";
                                default -> null;
                            };
                        case MASS_FLOW -> name.equals("kilogramPerSecond") ? "3600" : null;
                        case DIFFERENCE -> name.equals("degreeCelsius") ? "1" : null;
                        case PRESSURE ->
                            switch (name) {
                                case "millibar", "hectopascal" -> "0.001";
                                case "kilopascal" -> "0.01";
                                case "pascal" -> "0.00001";
                                default -> null;
                            };
                        case VOLTAGE ->
                            switch (name) {
                                case "millivolt" -> "0.001";
                                case "kilovolt" -> "1000";
                                default -> null;
                            };
                        case CURRENT -> name.equals("milliampere") ? "0.001" : null;
                        case TEMPERATURE, FREQUENCY, NONE -> null;
                    });
        }

        private static @org.jspecify.annotations.Nullable String energy(String name) {
            return switch (name) {
                case "kilojoule" -> "1000";
                case "megajoule" -> "1000000";
                case "gigajoule" -> "1000000000";
                case "wattHour" -> "3600";
                case "kilowattHour" -> "3600000";
                case "megawattHour" -> "3600000000";
                default -> null;
            };
        }
    }

    private static final int[] TIMES = {1, 60, 3_600, 86_400};

    /**
     * What a value information block says. spec: EN 13757-3, 6.4, tables 10, 12 and 14.
     *
     * @param vif with its extensions
     * @return empty for what is not known here
     */
    public static Optional<Meaning> of(Bytes vif) {
        int first = vif.at(0);
        return switch (first) {
            case 0xFB -> vif.length() == 2 ? large(vif.at(1)) : Optional.empty();
            case 0xFD -> vif.length() == 2 ? electrical(vif.at(1)) : Optional.empty();
            default -> primary(first & 0x7F).flatMap(plain -> plain.corrected(vif));
        };
    }

    /** Only one extension leaves a value what it is: a correction by powers of ten. spec: EN 13757-3, 6.4.7, E111 0nnn. */
    private Optional<Meaning> corrected(Bytes vif) {
        if (vif.length() == 1) {
            return Optional.of(this);
        }
        boolean correction = vif.length() == 2 && (vif.at(1) & 0xF8) == 0x70;
        return correction
                ? Optional.of(new Meaning(what, dimension, factor.scaleByPowerOfTen((vif.at(1) & 7) - 6)))
                : Optional.empty();
    }

    private static Optional<Meaning> primary(int vif) {
        int n = vif & 7;
        int fine = vif & 3;
        return switch (vif >> 3) {
            case 0x0 -> energy(BigDecimal.valueOf(3_600).scaleByPowerOfTen(n - 3));
            case 0x1 -> energy(BigDecimal.ONE.scaleByPowerOfTen(n));
            case 0x2 -> some("volume", Dimension.VOLUME, n - 6);
            case 0x3 -> some("mass", Dimension.MASS, n - 3);
            case 0x4 ->
                Optional.of(new Meaning(
                        vif < 0x24 ? "onTime" : "operatingTime", Dimension.TIME, BigDecimal.valueOf(TIMES[fine])));
            case 0x5 -> some("power", Dimension.POWER, n - 3);
            case 0x7 -> some("flow", Dimension.FLOW, n - 6);
            case 0x8 -> flow(60, n - 7);
            case 0x9 -> flow(3_600, n - 9);
            case 0xA -> some("massFlow", Dimension.MASS_FLOW, n - 3);
            case 0xB -> some(vif < 0x5C ? "flowTemperature" : "returnTemperature", Dimension.TEMPERATURE, fine - 3);
            case 0xC ->
                vif < 0x64
                        ? some("temperatureDifference", Dimension.DIFFERENCE, fine - 3)
                        : some("externalTemperature", Dimension.TEMPERATURE, fine - 3);
            case 0xD -> vif < 0x6C ? some("pressure", Dimension.PRESSURE, fine - 3) : rest(vif);
            default -> rest(vif);
        };
    }

    private static Optional<Meaning> rest(int vif) {
        return switch (vif) {
            case 0x6E -> some("units", Dimension.NONE, 0);
            case 0x78 -> some("fabricationNumber", Dimension.NONE, 0);
            default -> Optional.empty();
        };
    }

    private static Optional<Meaning> large(int vife) {
        int n = vife & 1;
        return switch (vife & 0xFE) {
            case 0x00 -> energy(BigDecimal.valueOf(3_600).scaleByPowerOfTen(6 + n - 1));
            case 0x08 -> energy(BigDecimal.ONE.scaleByPowerOfTen(9 + n - 1));
            case 0x10 -> some("volume", Dimension.VOLUME, n + 2);
            case 0x18 -> some("mass", Dimension.MASS, n + 5);
            case 0x28 -> some("power", Dimension.POWER, 6 + n - 1);
            case 0x2C, 0x2E -> some("frequency", Dimension.FREQUENCY, (vife & 3) - 3);
            default -> Optional.empty();
        };
    }

    private static Optional<Meaning> electrical(int vife) {
        int n = vife & 0xF;
        return switch (vife) {
            case 0x0E -> some("firmwareVersion", Dimension.NONE, 0);
            case 0x0F -> some("softwareVersion", Dimension.NONE, 0);
            case 0x17 -> some("errorFlags", Dimension.NONE, 0);
            case 0x3A -> some("number", Dimension.NONE, 0);
            default ->
                switch (vife & 0xF0) {
                    case 0x40 -> some("voltage", Dimension.VOLTAGE, n - 9);
                    case 0x50 -> some("current", Dimension.CURRENT, n - 12);
                    default -> Optional.empty();
                };
        };
    }

    private static Optional<Meaning> some(String what, Dimension dimension, int exponent) {
        return Optional.of(new Meaning(what, dimension, BigDecimal.ONE.scaleByPowerOfTen(exponent)));
    }

    private static Optional<Meaning> energy(BigDecimal joules) {
        return Optional.of(new Meaning("energy", Dimension.ENERGY, joules));
    }

    private static Optional<Meaning> flow(int perHour, int exponent) {
        return Optional.of(
                new Meaning("flow", Dimension.FLOW, BigDecimal.valueOf(perHour).scaleByPowerOfTen(exponent)));
    }
}
