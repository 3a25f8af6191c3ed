/** A backend for tests that has nothing but the primitives. */
@org.jspecify.annotations.NullMarked
package org.tenon.testing.primitive;
