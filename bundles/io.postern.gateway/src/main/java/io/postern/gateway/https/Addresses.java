// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which address of a server to go to. A name may stand for several; one that leads nowhere, or to somebody else, is
 * followed by the next, and what has led there is taken again as long as the name service still tells of it.
 */
final class Addresses {
    /** Tried for one connection at most: each may cost the whole time that connecting is given. */
    static final int MOST = 4;

    private static final int MOST_HOSTS = 64; // provisioning, tokens, hubs and those whose distance is measured

    private final Lookup lookup;
    private final Map<String, InetAddress> preferred = new ConcurrentHashMap<>();

    /** The name service. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    Addresses(Lookup lookup) {
        this.lookup = lookup;
    }

    /** As this machine looks names up. */
    static Addresses ofSystem() {
        return new Addresses(InetAddress::getAllByName);
    }

    /** The address to try now. */
    InetAddress next(String host) throws UnknownHostException {
        List<InetAddress> all = all(host);
        InetAddress first = preferred.get(host);
        if (first != null && all.contains(first)) {
            return first;
        }
        prefer(host, all.getFirst());
        return all.getFirst();
    }

    /** Where {@code host} was looked for last; the name service is not asked. */
    Optional<InetAddress> last(String host) {
        return Optional.ofNullable(preferred.get(host));
    }

    /**
     * {@code address} did not lead to {@code host}: another is tried next, if there is one.
     *
     * @return how many it is worth to try in all, at least one
     */
    int failed(String host, InetAddress address) {
        try {
            List<InetAddress> all = all(host);
            if (next(host).equals(address)) {
                prefer(host, all.get((all.indexOf(address) + 1) % all.size()));
            }
            return Math.min(MOST, all.size());
        } catch (UnknownHostException e) {
            preferred.remove(host);
            return 1;
        }
    }

    private void prefer(String host, InetAddress address) {
        if (preferred.size() >= MOST_HOSTS) {
            preferred.clear(); // they are found again
        }
        preferred.put(host, address);
    }

    private List<InetAddress> all(String host) throws UnknownHostException {
        List<InetAddress> all = Arrays.asList(lookup.of(host));
        if (all.isEmpty()) {
            throw new UnknownHostException(host + " has no address");
        }
        return all;
    }
}
