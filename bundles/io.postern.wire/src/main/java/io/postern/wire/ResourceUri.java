// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a token speaks for: a host and a path below it, as {@code hub.plant.example/devices/meter-1} (HUB-05, HUB-30).
 *
 * <p>Held decoded and without a trailing slash. Scopes compare without case and by whole path segment, so
 * {@code hub/devices/a} covers {@code hub/devices/a/messages} but never {@code hub/devices/ab}.
 */
public record ResourceUri(String path) {
    private static final int MOST = 1024; // a hub host (253), a device id (128) and the longest endpoint path fit

    private static final Pattern SCHEME = Pattern.compile("(?i)(sb|amqps?|https?|wss?)://(?=[^/])");

    public ResourceUri {
        if (path.isEmpty() || path.length() > MOST || path.startsWith("/") || path.endsWith("/")) {
            throw new IllegalArgumentException("a resource is host/path without slashes at its ends, at most " + MOST
                    + " characters, not \"" + Shown.of(path) + "\"");
        }
    }

    public static ResourceUri of(String path) {
        return new ResourceUri(path);
    }

    /**
     * Reads the {@code sr} field of a token, percent-encoded or not (wire-level rule: some clients send it raw).
     *
     * @throws IllegalArgumentException when the text is not a resource
     */
    public static ResourceUri decode(String sr) {
        // '+' is a plain character of a device id here; URLDecoder would make it a space
        String decoded = URLDecoder.decode(sr.replace("+", "%2B"), StandardCharsets.UTF_8);
        return new ResourceUri(decoded.endsWith("/") ? decoded.substring(0, decoded.length() - 1) : decoded);
    }

    public static ResourceUri hub(HubName hub) {
        return new ResourceUri(hub.text());
    }

    /** {@code {hub}/devices/{device}}: all that one device may do lies below it (HUB-30). */
    public static ResourceUri device(HubName hub, DeviceId device) {
        return new ResourceUri(hub + "/devices/" + device);
    }

    /** {@code {idScope}/registrations/{registrationId}}: what a registering device speaks for. */
    public static ResourceUri registration(IdScope scope, RegistrationId registration) {
        return new ResourceUri(scope + "/registrations/" + registration);
    }

    /** The same without {@code sb://}, {@code amqp://} and the like before the host, where clients of Event Hubs write one. */
    public ResourceUri withoutScheme() {
        Matcher scheme = SCHEME.matcher(path);
        return scheme.lookingAt() ? new ResourceUri(path.substring(scheme.end())) : this;
    }

    /** Percent-encoded as a whole, slashes included, the way tokens carry it. */
    public String encoded() {
        return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Whether a token for this resource may act on {@code asked}: the same, or one that lies below it. */
    public boolean covers(ResourceUri asked) {
        String mine = Ascii.lowerCase(path);
        String theirs = Ascii.lowerCase(asked.path);
        return theirs.equals(mine) || theirs.startsWith(mine + "/");
    }

    @Override
    public String toString() {
        return path;
    }
}
