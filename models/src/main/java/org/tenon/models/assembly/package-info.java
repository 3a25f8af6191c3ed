/**
 * Assembly: from an architecture to a model that runs. A {@link org.tenon.models.assembly.Blueprint} asks every layer what it needs and
 * checks that all fits together.
 */
package org.tenon.models.assembly;
