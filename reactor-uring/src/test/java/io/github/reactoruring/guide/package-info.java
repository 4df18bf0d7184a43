/**
 * Holds the guide's code: each region between {@code snippet} marks stands in a chapter, word for word.
 *
 * <p>{@code DocumentsTest} compares them, and follows the links.
 */
package io.github.reactoruring.guide;
