/** Cases that ONNX has published, in Tenon's ops: a meaning that nobody here has made up. */
package org.tenon.conformance.onnx;
