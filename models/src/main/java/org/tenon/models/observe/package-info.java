/**
 * What a model does, told to Java's flight recorder ({@code org.tenon.Load}, {@code org.tenon.Step}, {@code org.tenon.Request}), and where
 * the time of its steps goes, kernel by kernel.
 */
package org.tenon.models.observe;
