/** Where an application begins: {@link org.tenon.models.Tenon}. */
package org.tenon.models;
