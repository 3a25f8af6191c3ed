/** Families of models: what their checkpoints' configurations mean, and what their tensors are called. */
package org.tenon.models.family;
