/** Finding plugins. */
package org.tenon.models.plugin;
