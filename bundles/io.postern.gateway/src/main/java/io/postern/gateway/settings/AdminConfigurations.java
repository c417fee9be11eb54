// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.spi.SettingsCheck;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The configurations of the framework: written by its administrator, watched at the components that use them. */
final class AdminConfigurations implements Configurations {
    private static final String PID = "service.pid";
    private static final String OURS = "(" + PID + "=io.postern.gateway*)";
    private static final Set<String> ADMINS =
            Set.of(PID, "service.factoryPid", "felix.fileinstall.filename", ".osgi.scr.factoryPid");
    // lists without a default, which a component's description leaves out
    private static final Map<String, Set<String>> LISTS =
            Map.of(SettingsRules.GATEWAY, Set.of("transports", "latencyHubs", "leaves", "hubTransports", "hubPorts"));

    private final ConfigurationAdmin admin;
    private final ServiceComponentRuntime components;
    private final Collection<SettingsCheck> checks;
    private Map<String, JsonObject> base = Map.of();

    AdminConfigurations(
            ConfigurationAdmin admin, ServiceComponentRuntime components, Collection<SettingsCheck> checks) {
        this.admin = admin;
        this.components = components;
        this.checks = checks;
    }

    /** Takes what is there for what the file says; false while one of {@code expected} is not there yet. */
    boolean readBase(Set<String> expected) throws IOException {
        Map<String, JsonObject> found = new TreeMap<>();
        for (Configuration each : list()) {
            found.put(each.getPid(), json(each.getProperties()));
        }
        base = found;
        return found.keySet().containsAll(expected);
    }

    @Override
    public Map<String, JsonObject> base() {
        return base;
    }

    @Override
    public Optional<Set<String>> keys(String pid) {
        String family = SettingsRules.family(pid);
        Set<String> keys = new HashSet<>(LISTS.getOrDefault(family, Set.of()));
        boolean known = false;
        for (ComponentDescriptionDTO each : components.getComponentDescriptionDTOs()) {
            if (List.of(each.configurationPid).contains(family)) {
                known = true;
                each.properties.keySet().stream()
                        .filter(key -> !key.contains(".") && !key.equals("transport"))
                        .forEach(keys::add);
            }
        }
        return known ? Optional.of(keys) : Optional.empty();
    }

    @Override
    public void check(String pid, JsonObject values) {
        checks.stream()
                .filter(each -> each.pid().equals(SettingsRules.family(pid)))
                .forEach(each -> each.check(values));
    }

    @Override
    public void apply(Map<String, JsonObject> before, Map<String, JsonObject> after) throws IOException {
        for (String pid : Overlay.differences(before, after)) {
            JsonObject wanted = after.get(pid);
            if (wanted == null) {
                for (Configuration each : list()) {
                    if (each.getPid().equals(pid)) {
                        each.delete();
                    }
                }
            } else {
                configuration(pid).update(properties(wanted));
            }
        }
    }

    private Configuration configuration(String pid) throws IOException {
        int tilde = pid.indexOf('~');
        return tilde < 0
                ? admin.getConfiguration(pid, "?")
                : admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?");
    }

    private List<Configuration> list() throws IOException {
        try {
            Configuration[] found = admin.listConfigurations(OURS);
            return found == null ? List.of() : Arrays.asList(found);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(OURS, e);
        }
    }

    @Override
    public Delivery delivery(Set<String> pids, Map<String, JsonObject> after) {
        Delivery all = new Delivery.Done();
        for (String pid : pids) {
            for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
                if (List.of(component.configurationPid).contains(SettingsRules.family(pid))) {
                    Delivery one = delivery(component, pid, Optional.ofNullable(after.get(pid)));
                    if (one instanceof Delivery.Failed) {
                        return one;
                    }
                    all = one instanceof Delivery.Waiting ? one : all;
                }
            }
        }
        return all;
    }

    /** Whether what was handed over has come to all components, whether they run or not. */
    boolean isSeen(Set<String> pids, Map<String, JsonObject> after) {
        return pids.stream().allMatch(pid -> components.getComponentDescriptionDTOs().stream()
                .filter(each -> List.of(each.configurationPid).contains(SettingsRules.family(pid)))
                .allMatch(each -> find(each, pid)
                        .map(found -> Optional.ofNullable(after.get(pid))
                                .filter(wanted -> isOf(found, wanted))
                                .isPresent())
                        .orElse(!after.containsKey(pid))));
    }

    private Delivery delivery(ComponentDescriptionDTO component, String pid, Optional<JsonObject> wanted) {
        Optional<ComponentConfigurationDTO> found = find(component, pid);
        if (wanted.isEmpty()) {
            return found.isEmpty() ? new Delivery.Done() : new Delivery.Waiting(pid + " to end");
        }
        if (found.isEmpty() || !isOf(found.get(), wanted.get())) {
            return new Delivery.Waiting(pid + " to begin anew");
        }
        return switch (found.get().state) {
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                new Delivery.Failed(pid + ": " + reason(found.get().failure));
            case ComponentConfigurationDTO.SATISFIED, ComponentConfigurationDTO.ACTIVE -> new Delivery.Done();
            default -> new Delivery.Waiting(pid + ": what it needs");
        };
    }

    private Optional<ComponentConfigurationDTO> find(ComponentDescriptionDTO component, String pid) {
        return components.getComponentConfigurationDTOs(component).stream()
                .filter(each -> pid.equals(each.properties.get(PID)))
                .findFirst();
    }

    private static boolean isOf(ComponentConfigurationDTO found, JsonObject wanted) {
        return wanted.entrySet().stream()
                .allMatch(each -> each.getKey().startsWith(".")
                        || found.properties.containsKey(each.getKey())
                                && json(found.properties.get(each.getKey())).equals(each.getValue()));
    }

    /** The first line of a trace, without the exception's name. */
    private static String reason(String failure) {
        String line = failure.lines().findFirst().orElse("");
        int colon = line.indexOf(": ");
        return colon < 0 ? line : line.substring(colon + 2);
    }

    private static JsonObject json(Dictionary<String, Object> properties) {
        var json = Json.object();
        for (String key : (Iterable<String>) () -> properties.keys().asIterator()) {
            if (!ADMINS.contains(key) && !key.startsWith(":")) {
                json.add(key, json(properties.get(key)));
            }
        }
        return json.build();
    }

    private static JsonValue json(Object value) {
        return switch (value) {
            case Boolean flag -> flag ? JsonValue.TRUE : JsonValue.FALSE;
            case Integer number -> Json.number((long) number);
            case Long number -> Json.number(number);
            case Number number -> Json.number(number.doubleValue());
            case String[] texts -> {
                var list = Json.array();
                Arrays.stream(texts).forEach(list::add);
                yield list.build();
            }
            case Object[] values -> {
                var list = Json.array();
                Arrays.stream(values).map(AdminConfigurations::json).forEach(list::add);
                yield list.build();
            }
            default -> Json.text(String.valueOf(value));
        };
    }

    private static Dictionary<String, Object> properties(JsonObject values) {
        var properties = new Hashtable<String, Object>();
        values.forEach((key, value) -> properties.put(key, property(value)));
        return properties;
    }

    private static Object property(JsonValue value) {
        return switch (value) {
            case JsonString text -> text.getString();
            case JsonNumber number -> number.isIntegral() ? (Object) number.longValue() : number.doubleValue();
            case JsonArray list ->
                list.stream()
                        .map(each -> each instanceof JsonString text ? text.getString() : each.toString())
                        .toArray(String[]::new);
            default -> value.getValueType() == JsonValue.ValueType.TRUE;
        };
    }
}
