/**
 * Puts rings under a mixed load of random users for minutes, some of whom do everything wrong, and holds that everybody is
 * served, ends once, and leaves nothing behind.
 *
 * <p>{@code mvn -Dgroups=soak test} with {@code -Dreactoruring.soak.minutes=30}; a few seconds without. The users are
 * threads of their own, who wait for what they began; their witnesses are called by rings.
 */
@NullMarked
package io.github.reactoruring.soak;

import org.jspecify.annotations.NullMarked;
