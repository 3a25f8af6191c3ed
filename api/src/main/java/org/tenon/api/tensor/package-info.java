/**
 * Tensors as data about data: element types, shapes with a symbolic row count, byte strides, and the handles that programs
 * and kernels pass around. Nothing here reads or writes an element.
 */
package org.tenon.api.tensor;
