/**
 * Models: an architecture as a value, the families that read it from a checkpoint's configuration, and what an application does
 * with a loaded model.
 */
package org.tenon.api.model;
