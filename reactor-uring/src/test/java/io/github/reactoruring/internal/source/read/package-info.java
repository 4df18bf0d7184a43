/**
 * Tests reading on a ring that is scripted, and the decoding of text.
 *
 * <p>Each race is driven step by step ({@code ScriptedLoop}).
 */
package io.github.reactoruring.internal.source.read;
