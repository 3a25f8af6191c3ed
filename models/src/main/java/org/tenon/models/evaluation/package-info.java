/** How well a model does on texts. */
package org.tenon.models.evaluation;
