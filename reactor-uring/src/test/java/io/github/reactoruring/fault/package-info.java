/**
 * What the system denies the process, or does to it: limits, full disks, refused system calls, stops, kills, children.
 *
 * <p>For what would harm the JVM of the tests, a class that ends in Main runs in a JVM of its own.
 */
@NullMarked
package io.github.reactoruring.fault;

import org.jspecify.annotations.NullMarked;
