/**
 * Holds the build to the shape that the design promises: which package may know which, what is exported, and what a
 * user's build has to resolve.
 */
package io.github.reactoruring.architecture;
