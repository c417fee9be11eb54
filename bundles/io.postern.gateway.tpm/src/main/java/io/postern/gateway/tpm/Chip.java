// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tss.Tpm;
import tss.tpm.TPML_HANDLE;
import tss.tpm.TPM_CAP;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_HT;
import tss.tpm.TPM_SU;

/**
 * The one owner of the TPM. TSS.Java keeps the state of a command in its object, so everything that speaks to the TPM
 * runs here, one piece of work at a time.
 *
 * <p>Connects when first needed. Loaded keys and sessions belong to one {@linkplain #epoch() epoch}: a new connection
 * or a reset of the TPM starts a new one, with nothing loaded.
 */
final class Chip implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Chip.class);
    private static final int MOST_HANDLES = 254; // more than any TPM has slots for; what one answer can list

    private final DeviceAddress address;
    private final CommandChannel.Patience patience;
    private final ReentrantLock owner = new ReentrantLock(true);
    private final AtomicLong commands = new AtomicLong();
    private @Nullable CommandChannel channel; // guarded by owner
    private Tpm tpm = new Tpm(); // guarded by owner
    private long epoch; // guarded by owner

    Chip(DeviceAddress address, CommandChannel.Patience patience) {
        this.address = address;
        this.patience = patience;
    }

    /** Commands to the TPM; may throw {@link CommandRefused} and {@link ConnectionBroken} besides. */
    interface Work<T> {
        T on(Tpm tpm) throws IOException;
    }

    /** A key or session that is loaded now. */
    record Loaded(TPM_HANDLE handle, long epoch) {}

    /**
     * Runs {@code work}, which uses nothing that was loaded before and can be done twice: when the connection turns out
     * to be broken it is renewed once and the work starts again.
     *
     * @param what completes the sentence "cannot ..."
     */
    <T> T run(String what, Work<T> work) throws IOException {
        owner.lock();
        try {
            boolean fresh = connect(what);
            try {
                return work.on(tpm);
            } catch (ConnectionBroken e) {
                disconnect();
                if (fresh) {
                    throw broken(what, e);
                }
                LOG.atWarn()
                        .addKeyValue("tpm", address)
                        .addKeyValue("cause", e.failure().getMessage())
                        .log("connection to the TPM renewed");
            } catch (CommandRefused e) {
                if (!e.is(TpmReturnCode.INITIALIZE)) {
                    throw refused(what, e);
                }
                disconnect(); // reset under our feet; connecting again starts it
            }
            connect(what);
            return last(what, work);
        } finally {
            owner.unlock();
        }
    }

    /**
     * Runs {@code work} on something loaded earlier.
     *
     * @throws IOException also when it is no longer loaded, because the connection was renewed or the TPM reset
     */
    <T> T runOn(Loaded loaded, String what, Work<T> work) throws IOException {
        owner.lock();
        try {
            if (channel == null || loaded.epoch() != epoch) {
                throw new IOException("cannot " + what + ": the key is no longer loaded in the TPM at " + address
                        + ", which was reset or reached anew since; provision again");
            }
            return last(what, work);
        } finally {
            owner.unlock();
        }
    }

    /** Frees a slot. Nothing is to be done when the TPM forgot it already. */
    void unload(Loaded loaded) {
        owner.lock();
        try {
            if (channel != null && loaded.epoch() == epoch) {
                flush(tpm, loaded.handle());
            }
        } finally {
            owner.unlock();
        }
    }

    /** Grows with every connection that begins or ends. Only steady while called from inside a piece of work. */
    long epoch() {
        owner.lock();
        try {
            return epoch;
        } finally {
            owner.unlock();
        }
    }

    /** How many commands have been sent: slow chips need up to 0.6 s for each. */
    long commands() {
        return commands.get();
    }

    /** Flushes {@code handle}; a failure is only noted, since this runs when something else may have failed before. */
    static void flush(Tpm tpm, TPM_HANDLE handle) {
        try {
            tpm.FlushContext(handle);
        } catch (CommandRefused | ConnectionBroken e) {
            LOG.atDebug()
                    .addKeyValue("handle", Integer.toHexString(handle.handle))
                    .setCause(e)
                    .log("not flushed");
        }
    }

    @Override
    public void close() {
        owner.lock();
        try {
            disconnect();
        } finally {
            owner.unlock();
        }
    }

    @Override
    public String toString() {
        return address.toString();
    }

    private <T> T last(String what, Work<T> work) throws IOException {
        try {
            return work.on(tpm);
        } catch (ConnectionBroken e) {
            disconnect();
            throw broken(what, e);
        } catch (CommandRefused e) {
            if (e.is(TpmReturnCode.INITIALIZE)) {
                disconnect();
            }
            throw refused(what, e);
        }
    }

    /** @return whether a new connection was made */
    private boolean connect(String what) throws IOException {
        if (channel != null) {
            return false;
        }
        var opened = new CommandChannel(address.open(), patience, commands);
        channel = opened;
        tpm = new Tpm();
        tpm._setDevice(opened);
        epoch++;
        if (!address.hasResourceManager()) {
            try {
                forgetLeftovers();
            } catch (ConnectionBroken e) {
                disconnect();
                throw broken(what, e);
            } catch (CommandRefused e) {
                disconnect();
                throw refused(what, e);
            }
        }
        return true;
    }

    /** Without a resource manager the few slots still hold what a killed process had loaded. */
    private void forgetLeftovers() {
        TPM_HANDLE[] transients;
        try {
            transients = handles(TPM_HT.TRANSIENT);
        } catch (CommandRefused e) {
            if (!e.is(TpmReturnCode.INITIALIZE)) {
                throw e;
            }
            tpm.Startup(TPM_SU.CLEAR); // the firmware's or the kernel's task, where there is one
            return; // nothing survives a reset
        }
        for (TPM_HANDLE left : transients) {
            flush(tpm, left);
        }
        for (TPM_HANDLE left : handles(TPM_HT.LOADED_SESSION)) {
            flush(tpm, left);
        }
    }

    private TPM_HANDLE[] handles(TPM_HT type) {
        var answer = tpm.GetCapability(TPM_CAP.HANDLES, type.toInt() << 24, MOST_HANDLES);
        return answer.capabilityData instanceof TPML_HANDLE list ? list.handle : new TPM_HANDLE[0];
    }

    private void disconnect() {
        CommandChannel old = channel;
        channel = null;
        epoch++;
        if (old != null) {
            try {
                old.close();
            } catch (ConnectionBroken e) {
                LOG.atDebug().addKeyValue("tpm", address).setCause(e).log("connection not closed properly");
            }
        }
    }

    private IOException broken(String what, ConnectionBroken e) {
        IOException cause = e.failure();
        return new IOException("cannot " + what + " with the TPM at " + address + ": " + cause.getMessage(), cause);
    }

    private TpmFaultException refused(String what, CommandRefused e) {
        return new TpmFaultException(
                "cannot " + what + " with the TPM at " + address + ": " + e.getMessage(), e.code(), e);
    }
}
