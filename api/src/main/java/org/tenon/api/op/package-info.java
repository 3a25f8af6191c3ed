/**
 * Ops: the meaning of tensor operations as small immutable records. Each names its operands and their roles, infers its
 * outputs, and says how it is made of simpler ones; {@link org.tenon.api.op.Primitives} lists those that aren't. Kernels are the
 * backends' business.
 */
package org.tenon.api.op;
