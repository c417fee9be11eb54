// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Map;
import java.util.Optional;

/**
 * On which terms a link is attached.
 *
 * @param admits whether the client counts as known from now on; a stranger is sent away after a while
 * @param properties of the link, as the client is told them, by their symbol; texts and numbers
 * @param window how many messages to the client may wait, and how many may be unanswered
 * @param lane on which the link's taker or giver is called; empty for the connection's own
 */
public record LinkTerms(boolean admits, Map<String, Object> properties, int window, Optional<Lane> lane) {
    public static final LinkTerms USUAL = new LinkTerms(true, Map.of(), 64, Optional.empty());

    public LinkTerms {
        properties = Map.copyOf(properties);
    }

    public LinkTerms ofStranger() {
        return new LinkTerms(false, properties, window, lane);
    }

    public LinkTerms with(Map<String, Object> told) {
        return new LinkTerms(admits, told, window, lane);
    }

    public LinkTerms withWindow(int messages) {
        return new LinkTerms(admits, properties, messages, lane);
    }

    public LinkTerms on(Lane own) {
        return new LinkTerms(admits, properties, window, Optional.of(own));
    }
}
