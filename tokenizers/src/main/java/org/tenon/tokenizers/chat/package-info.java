/**
 * Chat templates through Jinjava. What Jinja2 has and Jinjava lacks, or does differently, is rewritten before Jinjava sees it;
 * values behave as in Python; templates are untrusted and reach nothing but their variables.
 */
package org.tenon.tokenizers.chat;
