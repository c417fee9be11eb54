// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.TimeQuality;
import io.postern.gateway.spi.GatewayClock;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On which date certificates are judged. With a confirmed time it is that time. Without, a box that woke in 1970 must not
 * lock itself out: the date is then the earliest that the gateway's own memory and the chain's beginnings leave open, so
 * that a chain counts if there can be a day on which all of it is valid. What was let in so is judged once more as soon as
 * the time is confirmed, and closed if it fails.
 */
final class CertificateTime {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateTime.class);

    /** Twice the leaves of a gateway; an older one than so many has long been closed. */
    private static final int MOST_ON_PROBATION = 2048;

    private final Deque<Probation> probations = new ArrayDeque<>(); // guarded by itself
    private volatile GatewayClock clock = GatewayClock.confirmed(InstantSource.system());

    private record Probation(WeakReference<Socket> socket, X509Certificate[] chain) {
        boolean isOver() {
            Socket open = socket.get();
            return open == null || open.isClosed();
        }
    }

    void by(GatewayClock trusted) {
        clock = trusted;
    }

    Date of(X509Certificate[] chain) {
        GatewayClock.State known = clock.state();
        if (known.quality() == TimeQuality.CONFIRMED) {
            return Date.from(known.now());
        }
        Instant date = clock.earliest();
        for (X509Certificate each : chain) {
            Instant begin = each.getNotBefore().toInstant();
            date = begin.isAfter(date) ? begin : date;
        }
        return Date.from(date);
    }

    /** A connection was let in; remembered while nobody is sure of the date. */
    void accepted(X509Certificate[] chain, Socket socket) {
        if (clock.state().quality() == TimeQuality.CONFIRMED) {
            return;
        }
        synchronized (probations) {
            probations.removeIf(Probation::isOver);
            if (probations.size() >= MOST_ON_PROBATION) {
                probations.removeFirst();
            }
            probations.addLast(new Probation(new WeakReference<>(socket), chain.clone()));
        }
    }

    /** The time is confirmed: closes what should not have been let in. */
    void judge() {
        List<Probation> all;
        synchronized (probations) {
            all = new ArrayList<>(probations);
            probations.clear();
        }
        Date now = Date.from(clock.instant());
        for (Probation each : all) {
            try {
                for (X509Certificate certificate : each.chain()) {
                    certificate.checkValidity(now);
                }
            } catch (CertificateException e) {
                close(each, e);
            }
        }
    }

    /** On a thread of its own: a TLS goodbye waits for whoever is writing. */
    private static void close(Probation invalid, CertificateException why) {
        Socket socket = invalid.socket().get();
        if (socket != null) {
            LOG.atWarn()
                    .addKeyValue("server", socket.getRemoteSocketAddress())
                    .addKeyValue("reason", why.getMessage())
                    .log("a connection made before the time was known is closed: its certificate is not valid now");
            Thread.ofVirtual().name("close-invalid").start(() -> TlsChannel.close(socket));
        }
    }
}
