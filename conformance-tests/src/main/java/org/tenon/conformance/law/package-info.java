/** What must be equal whichever way it is computed: laws of caches, layers and whole models. */
package org.tenon.conformance.law;
