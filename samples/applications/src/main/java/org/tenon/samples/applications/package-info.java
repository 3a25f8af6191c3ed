/** Small programs that use Tenon as an application does. */
package org.tenon.samples.applications;
