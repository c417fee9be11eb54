// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;

/**
 * Opens a port that no line has, for a survey. Found as a service, and by {@link java.util.ServiceLoader} where there is
 * no gateway.
 */
public interface LineSurveyor {
    /**
     * Opens the port, lets {@code survey} have it and closes it again.
     *
     * @param port the path of a serial device
     * @throws IOException as the survey threw it, or when the port cannot be had, saying what to do
     */
    <T> T survey(String port, Line.Survey<T> survey) throws IOException, InterruptedException;
}
