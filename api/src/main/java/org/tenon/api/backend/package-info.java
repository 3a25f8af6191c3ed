/**
 * What a compute backend implements: a provider that says what devices there are, and a backend that answers which kernel it has for an op.
 * {@link org.tenon.api.backend.KernelBackend} does the rest for a backend that is a list of kernels.
 */
package org.tenon.api.backend;
