/** What {@code tenon bench} measures: the steps of a model, and how near they come to what the machine can do. */
package org.tenon.cli.bench;
