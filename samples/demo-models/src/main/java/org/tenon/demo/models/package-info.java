/** Small models that Tenon's samples carry with them. */
package org.tenon.demo.models;
