// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.wire.Secret;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The client's part of SOCKS 5: which way of proving oneself, the proof, then where to (RFC 1928, RFC 1929). */
final class SocksRequest {
    private static final int VERSION = 5;
    private static final int NO_PROOF = 0;
    private static final int USER_AND_PASSWORD = 2;
    private static final int NONE_OF_THESE = 0xFF;
    private static final int PROOF_VERSION = 1; // spec: RFC 1929, 2
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int LONGEST = 255; // spec: lengths are one octet

    private final String proxy;
    private final DataInputStream in;
    private final OutputStream out;

    /** @param proxy for messages */
    SocksRequest(String proxy, InputStream in, OutputStream out) {
        this.proxy = proxy;
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /**
     * Asks for a way to {@code host}; when this returns, what follows comes from there.
     *
     * @param credentials {@code user:password}
     * @throws ConnectException with the proxy's reason
     * @throws IOException when it does not speak SOCKS 5
     */
    void open(String host, int port, Optional<Secret> credentials) throws IOException {
        try {
            prove(credentials);
            request(host, port);
            answer(host + ":" + port);
        } catch (EOFException e) {
            throw new ConnectException("the proxy " + proxy + " hung up without an answer");
        }
    }

    private void prove(Optional<Secret> credentials) throws IOException {
        out.write(
                credentials.isPresent()
                        ? new byte[] {VERSION, 2, NO_PROOF, USER_AND_PASSWORD}
                        : new byte[] {VERSION, 1, NO_PROOF});
        check(in.readUnsignedByte(), VERSION);
        int method = in.readUnsignedByte();
        if (method == USER_AND_PASSWORD && credentials.isPresent()) {
            out.write(proof(credentials.get().revealUtf8()));
            check(in.readUnsignedByte(), PROOF_VERSION);
            if (in.readUnsignedByte() != 0) {
                throw new ConnectException("the proxy " + proxy
                        + " does not accept this user and password; compare the file of proxyCredentialsFile with what its"
                        + " owner says");
            }
        } else if (method == NONE_OF_THESE) {
            throw new ConnectException("the proxy " + proxy + " wants another proof of who asks; put user:password into"
                    + " the file of proxyCredentialsFile");
        } else if (method != NO_PROOF) {
            throw new ConnectException("the proxy " + proxy + " chose method " + method + ", which was not offered");
        }
    }

    private static byte[] proof(String pair) throws IOException {
        int colon = pair.indexOf(':');
        byte[] user = pair.substring(0, Math.max(0, colon)).getBytes(StandardCharsets.UTF_8);
        byte[] password = pair.substring(colon + 1).getBytes(StandardCharsets.UTF_8);
        if (user.length == 0 || user.length > LONGEST || password.length == 0 || password.length > LONGEST) {
            throw new IOException(
                    "the file of proxyCredentialsFile needs user:password, 1 to 255 bytes each for SOCKS");
        }
        var proof = new ByteArrayOutputStream();
        proof.write(PROOF_VERSION);
        proof.write(user.length);
        proof.writeBytes(user);
        proof.write(password.length);
        proof.writeBytes(password);
        return proof.toByteArray();
    }

    /** Always by name: the proxy's name service counts, and here there may be none. */
    private void request(String host, int port) throws IOException {
        byte[] name = host.getBytes(StandardCharsets.US_ASCII);
        if (name.length == 0 || name.length > LONGEST) {
            throw new IOException("a name of " + name.length + " bytes does not fit a request to a SOCKS proxy");
        }
        var request = new ByteArrayOutputStream();
        request.writeBytes(new byte[] {VERSION, CONNECT, 0, NAME});
        request.write(name.length);
        request.writeBytes(name);
        request.write(port >> 8);
        request.write(port);
        out.write(request.toByteArray());
    }

    private void answer(String server) throws IOException {
        check(in.readUnsignedByte(), VERSION);
        int reply = in.readUnsignedByte();
        in.readUnsignedByte(); // reserved
        if (reply != 0) { // some leave out the rest, since it means nothing
            throw new ConnectException("the proxy " + proxy + " opens no way to " + server + ": " + words(reply));
        }
        int kind = in.readUnsignedByte();
        int length =
                switch (kind) {
                    case IPV4 -> 4;
                    case IPV6 -> 16;
                    case NAME -> in.readUnsignedByte();
                    default -> throw strange();
                };
        in.readFully(new byte[length + 2]); // from where it connected, which is its own affair
    }

    /** spec: RFC 1928, 6 */
    private static String words(int reply) {
        return switch (reply) {
            case 1 -> "it failed; ask whoever runs it";
            case 2 -> "its rules do not allow it; ask whoever runs it to let this server through";
            case 3 -> "no network leads there";
            case 4 -> "it does not reach the host, or does not know its name";
            case 5 -> "nobody listens there";
            case 6 -> "nobody answered in time";
            case 7 -> "it does not know how to connect; it is no proxy for TCP";
            case 8 -> "it does not take names; another proxy does";
            default -> "reason " + reply + ", which the standard does not know";
        };
    }

    private void check(int octet, int expected) throws IOException {
        if (octet != expected) {
            throw strange();
        }
    }

    private ConnectException strange() {
        return new ConnectException("the proxy " + proxy + " does not speak SOCKS 5; is it an http:// proxy?");
    }
}
