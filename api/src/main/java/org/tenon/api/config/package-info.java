/** The plain tree that a model's configuration is read from and an architecture is saved as. */
package org.tenon.api.config;
