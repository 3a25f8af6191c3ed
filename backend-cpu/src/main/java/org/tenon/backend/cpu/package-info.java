/** The CPU backend: kernels in plain Java, and products by oneDNN where its library can be loaded. */
package org.tenon.backend.cpu;
