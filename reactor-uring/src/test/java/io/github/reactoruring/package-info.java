/**
 * Tests the entry: what a Uring is built with, how it fails, closes and is missing; and holds every source to one
 * contract.
 *
 * <p>The contract runs over every source there is ({@code SourceCases}).
 */
package io.github.reactoruring;
