/**
 * What runs a loaded model: one engine with one thread that owns the batch, and the handles that any thread may hold: generations,
 * sessions, and the stepper.
 */
package org.tenon.models.engine;
