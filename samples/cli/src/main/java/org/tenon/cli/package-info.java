/** The program {@code tenon}: finds the command, runs it, and turns failures into a line and an exit code. */
package org.tenon.cli;
