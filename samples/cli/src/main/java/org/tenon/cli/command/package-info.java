/** The commands of {@code tenon}, one class each, and the options that several of them have. */
package org.tenon.cli.command;
