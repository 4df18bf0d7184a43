/**
 * Tests registered buffers on a ring that is scripted.
 *
 * <p>Each race is driven step by step ({@code ScriptedLoop}).
 */
package io.github.reactoruring.internal.source.buffer;
