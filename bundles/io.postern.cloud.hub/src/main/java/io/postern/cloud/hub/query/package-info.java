// SPDX-License-Identifier: Apache-2.0
/**
 * The hub's query language: conditions over JSON-like documents (twins, messages) and {@code SELECT} over devices. Text
 * in, a bounded tree out, evaluated without I/O. Reference: docs/reference/query-language.md.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.query;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
