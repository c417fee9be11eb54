// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Where the lab's cloud side listens: the standard ports when it may have them, so that other people's clients fit as
 * they are, else free ones.
 */
record Ports(String address, int https, int mqtt, int amqp) {
    private static final int HTTPS = 443;
    private static final int MQTT = 8883;
    private static final int AMQP = 5671;

    static Ports choose(String address) throws IOException {
        if (isFree(address, HTTPS) && isFree(address, MQTT) && isFree(address, AMQP)) {
            return new Ports(address, HTTPS, MQTT, AMQP);
        }
        try (ServerSocket https = bound(address, 0);
                ServerSocket mqtt = bound(address, 0);
                ServerSocket amqp = bound(address, 0)) {
            return new Ports(address, https.getLocalPort(), mqtt.getLocalPort(), amqp.getLocalPort());
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + " (" + e + "); is it an address of this machine?", e);
        }
    }

    boolean areStandard() {
        return https == HTTPS && mqtt == MQTT && amqp == AMQP;
    }

    private static boolean isFree(String address, int port) {
        try (ServerSocket socket = bound(address, port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private static ServerSocket bound(String address, int port) throws IOException {
        var socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        return socket;
    }
}
