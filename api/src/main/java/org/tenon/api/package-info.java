/** The exceptions that every part of Tenon throws; the contract itself lies in the packages beneath. */
package org.tenon.api;
