/**
 * Tests the planner against an oracle that tries every plan.
 *
 * <p>Pure; by properties, over random tables of requests.
 */
package io.github.reactoruring.internal.plan;
