/** What commands print on: text, tables, JSON and progress bars, and what happens when somebody presses Ctrl-C. */
package org.tenon.cli.console;
