/** The parts of the sampling chain, in Transformers' order and with its arithmetic, and log-probabilities. */
package org.tenon.models.sampling;
