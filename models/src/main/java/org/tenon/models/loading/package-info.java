/** Loading: from a folder, or an architecture, to a model on a device. */
package org.tenon.models.loading;
