/** Tests what the facets ask of a ring before they put a publisher on it. */
package io.github.reactoruring.internal.facet;
