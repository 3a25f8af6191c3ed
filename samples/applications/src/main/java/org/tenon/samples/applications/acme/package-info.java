/** What a third party adds to Tenon: an op, a layer, a model family, a backend. */
package org.tenon.samples.applications.acme;
