/**
 * Programs: what layers wrote, and what runs it. A {@link org.tenon.api.program.ProgramWriter} collects ops; a {@link
 * org.tenon.api.program.Runner} finds kernels on a backend, opens up what has none, prepares weights, plans memory, and walks the
 * list.
 */
package org.tenon.api.program;
