// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.amqp;

import io.postern.wire.Bytes;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/**
 * Many devices on one connection to a hub, in frames put together by hand: puts a token for each, sends telemetry for all,
 * and keeps account of what was accepted and who was detached. Used by one thread.
 */
public final class AmqpCrowd implements AutoCloseable {
    private static final int ATTACH = 0x12;
    private static final int TRANSFER = 0x14;
    private static final int DISPOSITION = 0x15;
    private static final int DETACH = 0x16;
    private static final int CLOSE = 0x18;
    private static final int PATIENCE_MS = 20_000;
    private static final String JOINED = "to-";
    private static final int FIRST_HANDLE = 2; // behind the two links of $cbs

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private final String host;
    private final List<String> devices = new ArrayList<>(); // by our handle
    private final Map<Integer, String> names = new HashMap<>(); // of links, by the hub's handle
    private final Map<Integer, Sent> inFlight = new HashMap<>(); // by delivery id
    private final Map<String, Integer> accepted = new TreeMap<>();
    private final Map<String, String> detached = new TreeMap<>();
    private BiConsumer<String, String> onAccepted = (device, body) -> {};
    private int attached;
    private int answers;
    private String answer = "";
    private int nextDelivery;

    /** A message on its way, and what to call it when it was accepted. */
    private record Sent(int handle, String name) {}

    /** Opens the connection and the links of {@code $cbs}. */
    public AmqpCrowd(SSLContext tls, String host, int port) throws IOException {
        this(tls, host, new InetSocketAddress(InetAddress.getByName(host), port));
    }

    /** Opens the connection to an address of the hub {@code host}, and the links of {@code $cbs}. */
    public AmqpCrowd(SSLContext tls, String host, InetSocketAddress address) throws IOException {
        this(host, connected(address), tls);
    }

    private AmqpCrowd(String host, Socket plain, SSLContext tls) throws IOException {
        this(host, plain, tls.getSocketFactory().createSocket(plain, host, plain.getPort(), true));
    }

    private AmqpCrowd(String host, Socket plain, Socket socket) throws IOException {
        this(host, plain, new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
    }

    /**
     * Begins on a connection that is there, and attaches the links of {@code $cbs}.
     *
     * @param socket to be closed in the end; the TCP one below TLS, for that lets go whoever is blocked on it
     * @param in what comes over it, of a WebSocket its content
     */
    public AmqpCrowd(String host, Socket socket, InputStream in, OutputStream out) throws IOException {
        this.host = host;
        this.socket = socket;
        this.in = new DataInputStream(in);
        this.out = out;
        send(
                Frames.BARE,
                Frames.open("crowd", host),
                Frames.frame(0, 0, Frames.list(0x11, Frames.NULL, uint(0), uint(100_000), uint(100_000))),
                Frames.sender("cbs-out", 0, "$cbs"),
                Frames.receiver("cbs-in", 1, "$cbs"),
                Frames.amqp(Frames.list(
                        0x13, uint(0), uint(100_000), uint(0), uint(100_000), uint(1), uint(0), uint(100_000))));
        this.in.readFully(new byte[Frames.BARE.length()]);
        until(() -> attached == 2);
    }

    private static Socket connected(InetSocketAddress address) throws IOException {
        var plain = new Socket();
        try {
            plain.setTcpNoDelay(true); // what is said in two writes waits for no acknowledgement of the first
            plain.connect(address, PATIENCE_MS);
            plain.setSoTimeout(PATIENCE_MS);
            return plain;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** Whom to tell of each message that was accepted: of which device, and its text. */
    public void onAccepted(BiConsumer<String, String> whom) {
        onAccepted = whom;
    }

    /** Puts a token for a device, and attaches the link of its telemetry. */
    public void join(String device, String token) throws IOException {
        put(host + "/devices/" + device, token);
        attach(device, "/devices/" + device + "/messages/events");
    }

    /** Attaches a link to send on; from here on it counts as a device of that name. */
    public void attach(String device, String address) throws IOException {
        int handle = FIRST_HANDLE + devices.size();
        devices.add(device);
        int before = attached;
        send(Frames.sender(JOINED + device, handle, address));
        until(() -> attached > before);
    }

    /**
     * Attaches a link to any address.
     *
     * @return the condition it was refused with; empty when it stands
     */
    public String link(String address, boolean sends) throws IOException {
        int handle = FIRST_HANDLE + devices.size();
        String name = (sends ? "to " : "from ") + address + " " + handle; // a name may not be used twice
        devices.add(name);
        int before = attached;
        send(sends ? Frames.sender(name, handle, address) : Frames.receiver(name, handle, address));
        until(() -> attached > before);
        put(Map.of(), ""); // answered behind the detach, if there is one
        return detached.getOrDefault(name, "");
    }

    /** Asks a node other than {@code $cbs}, over links of its own; the status of the answer, 0 when it is not let there. */
    public int ask(String address, Map<String, Bytes> properties) throws IOException {
        if (!link(address, false).isEmpty() || !link(address, true).isEmpty()) {
            return 0;
        }
        return put(FIRST_HANDLE + devices.size() - 1, properties, "");
    }

    /** Sends one device's message as it is encoded, and what belongs to no message besides. */
    public void sendRaw(String device, Bytes message) throws IOException {
        send(device, message, "");
    }

    /** Sends one device's message as it is encoded; {@code name} is told when it was accepted. */
    public void send(String device, Bytes message, String name) throws IOException {
        int handle = devices.indexOf(device) + FIRST_HANDLE;
        inFlight.put(nextDelivery, new Sent(handle, name));
        send(Frames.transfer(handle, nextDelivery++, message));
    }

    /** Begins one message of a device in so many parts, and does not end it. */
    public void sendParts(String device, Bytes part, int count) throws IOException {
        int handle = devices.indexOf(device) + FIRST_HANDLE;
        for (int i = 0; i < count; i++) {
            send(Frames.part(handle, nextDelivery, part));
        }
        nextDelivery++;
    }

    /** Waits until so many devices have been detached. */
    public void awaitDetached(int count) throws IOException {
        until(() -> detached.size() >= count);
    }

    /** Puts a token and waits for what is said to it. */
    public int put(String name, String token) throws IOException {
        return put(
                Map.of(
                        "operation", Frames.text("put-token"),
                        "type", Frames.text("servicebus.windows.net:sastoken"),
                        "name", Frames.text(name)),
                token);
    }

    /** Asks {@code $cbs} for something and gives the status of the answer. */
    public int put(Map<String, Bytes> properties, String body) throws IOException {
        return put(0, properties, body);
    }

    private int put(int handle, Map<String, Bytes> properties, String body) throws IOException {
        int before = answers;
        Bytes message = Bytes.concat(
                Frames.list(0x73, Frames.text("put")),
                Bytes.hex("005374"),
                Frames.map(properties, false),
                Bytes.hex("005377"),
                Frames.text(body));
        send(Frames.transfer(handle, nextDelivery++, message));
        until(() -> answers > before);
        int at = answer.indexOf("status-code") + "status-code".length();
        return answer.charAt(at + 3) << 8 | answer.charAt(at + 4); // an int: its type, four octets
    }

    /** Sends one message for every device that is still attached. */
    public int sendRound(String body) throws IOException {
        return sendRound(device -> body);
    }

    /** Sends one message for every device that is still attached, each with a text of its own. */
    public int sendRound(UnaryOperator<String> body) throws IOException {
        List<Bytes> frames = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            if (!detached.containsKey(devices.get(i))) {
                String text = body.apply(devices.get(i));
                inFlight.put(nextDelivery, new Sent(i + FIRST_HANDLE, text));
                frames.add(Frames.transfer(
                        i + FIRST_HANDLE,
                        nextDelivery++,
                        Bytes.concat(Bytes.hex("005375"), Frames.binary(Bytes.utf8(text)))));
            }
        }
        send(frames.toArray(Bytes[]::new));
        return frames.size();
    }

    /** Reads until every message has been answered, or its link was detached. */
    public void awaitAnswers() throws IOException {
        until(() -> inFlight.isEmpty());
    }

    /** How many messages of each device were accepted. */
    public Map<String, Integer> accepted() {
        return accepted;
    }

    /** Which devices were detached, and with which condition. */
    public Map<String, String> detached() {
        return detached;
    }

    /** Says what is encoded, whatever it is; reads nothing. */
    public void say(Bytes octets) throws IOException {
        send(octets);
    }

    private interface Condition {
        boolean holds();
    }

    private void until(Condition condition) throws IOException {
        while (!condition.holds()) {
            int size = in.readInt();
            byte[] frame = new byte[size - 4];
            in.readFully(frame);
            if (frame.length > 4) {
                hear(ByteBuffer.wrap(frame, 4, frame.length - 4));
            }
        }
    }

    private void hear(ByteBuffer body) throws IOException {
        var performative = (Described) value(body);
        List<Object> fields = performative.fields();
        switch (performative.code()) {
            case ATTACH -> {
                attached++;
                names.put(number(fields.get(1)), String.valueOf(fields.getFirst()));
            }
            case TRANSFER -> {
                answers++;
                answer = text(body, body.remaining());
            }
            case DISPOSITION ->
                answered(
                        number(fields.get(1)),
                        number(fields.get(2) instanceof Number ? fields.get(2) : fields.get(1)),
                        fields);
            case DETACH -> left(number(fields.get(0)), fields);
            case CLOSE -> throw new IOException("the hub closed the connection: " + fields);
            default -> {
                // open, begin, flow
            }
        }
    }

    private void answered(int first, int last, List<Object> fields) {
        boolean good = fields.get(4) instanceof Described state && state.code() == 0x24;
        for (int id = first; id <= last; id++) {
            Sent sent = inFlight.remove(id);
            if (sent != null && good) {
                String device = devices.get(sent.handle() - FIRST_HANDLE);
                accepted.merge(device, 1, Integer::sum);
                onAccepted.accept(device, sent.name());
            }
        }
    }

    private void left(int theirs, List<Object> fields) throws IOException {
        String name = names.getOrDefault(theirs, "");
        String device = name.startsWith(JOINED) ? name.substring(JOINED.length()) : name;
        int handle = devices.indexOf(device) + FIRST_HANDLE;
        String condition = fields.size() > 2 && fields.get(2) instanceof Described error
                ? String.valueOf(error.fields().getFirst())
                : "";
        detached.put(device, condition);
        inFlight.values().removeIf(each -> each.handle() == handle);
        send(Frames.amqp(Frames.list(0x16, uint(handle), Frames.TRUE)));
    }

    private void send(Bytes... octets) throws IOException {
        out.write(Bytes.concat(octets).toArray());
        out.flush();
    }

    private static Bytes uint(int number) {
        return Frames.uint(number);
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    private record Described(int code, Object value) {
        @SuppressWarnings("unchecked")
        List<Object> fields() {
            List<Object> fields = new ArrayList<>((List<Object>) value);
            while (fields.size() < 5) {
                fields.add("");
            }
            return fields;
        }
    }

    /** One value. spec: AMQP 1.0 Part 1, 1.6; what no answer of the hub holds is skipped as octets. */
    private static Object value(ByteBuffer in) {
        int code = in.get() & 0xff;
        return switch (code) {
            case 0x00 -> new Described(number(value(in)), value(in));
            case 0x40 -> ""; // null
            case 0x41 -> true;
            case 0x42 -> false;
            case 0x43, 0x44 -> 0;
            case 0x45 -> List.of();
            case 0x50, 0x51, 0x52, 0x53, 0x54, 0x55 -> in.get() & 0xff;
            case 0x56 -> in.get() == 1;
            case 0x60, 0x61 -> (int) in.getShort();
            case 0x70, 0x71 -> in.getInt();
            case 0x80, 0x81, 0x83 -> in.getLong();
            case 0xa1, 0xa3 -> text(in, in.get() & 0xff);
            case 0xa0 -> text(in, in.get() & 0xff);
            case 0xb0, 0xb1, 0xb3 -> text(in, in.getInt());
            case 0xc0 -> list(in, in.get() & 0xff, in.get() & 0xff);
            case 0xd0 -> list(in, in.getInt(), in.getInt());
            case 0xc1, 0xe0 -> text(in, in.get() & 0xff);
            case 0xd1, 0xf0 -> text(in, in.getInt());
            default -> throw new IllegalStateException("type " + Integer.toHexString(code));
        };
    }

    private static List<Object> list(ByteBuffer in, int size, int count) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(value(in));
        }
        return list;
    }

    private static String text(ByteBuffer in, int length) {
        byte[] octets = new byte[length];
        in.get(octets);
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
