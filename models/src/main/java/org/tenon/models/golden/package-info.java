/** Goldens: a model held against what its reference implementation computed from the same files. */
package org.tenon.models.golden;
