package io.github.reactoruring.internal.spring.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRange;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import io.github.reactoruring.internal.spring.download.ByteRanges.Part;

class ByteRangesTest {

    private static final Instant NOW = Instant.parse("2015-10-21T09:00:00Z");

    private final HttpHeaders validators = new HttpHeaders();
    private Instant changed = Instant.parse("2015-10-21T07:28:00Z");

    @Test
    void takesBothEndsOneEndOrTheLastBytes() {
        assertThat(requested("bytes=2-4")).containsExactly(new Part(2, 3));
        assertThat(requested("bytes=7-")).containsExactly(new Part(7, 3));
        assertThat(requested("bytes=-4")).containsExactly(new Part(6, 4));
        assertThat(requested("bytes=0-0,9-9")).containsExactly(new Part(0, 1), new Part(9, 1));
    }

    @Test
    void endsWhereTheFileDoes() {
        assertThat(requested("bytes=8-100")).containsExactly(new Part(8, 2));
        assertThat(requested("bytes=-100")).containsExactly(new Part(0, 10));
    }

    @Test
    void leavesOutWhatIsBehindTheEnd() {
        assertThat(requested("bytes=0-1,10-12")).containsExactly(new Part(0, 2));
        assertThat(requested("bytes=10-")).isEmpty();
        assertThat(requested("bytes=-0")).isEmpty();
        assertThat(ByteRanges.satisfiable(List.of(HttpRange.createByteRange(0)), 0)).isEmpty();
        assertThat(ByteRanges.satisfiable(List.of(HttpRange.createSuffixRange(1)), 0)).isEmpty();
    }

    @Test
    void refusesMoreThanTheFileHas() {
        assertThat(requested("bytes=0-,0-,0-")).isEmpty();
        assertThat(requested("bytes=" + "0-0,".repeat(101) + "0-0")).isEmpty();
        assertThat(requested("nonsense")).isEmpty();
        assertThat(requested("bytes=x-y")).isEmpty();
    }

    /** RFC 9110: 14.2 has unknown units ignored, 14.1 has their names in any case. */
    @Test
    void ignoresOtherUnitsAndTheCaseOfItsOwn() {
        assertThat(requested("lines=1-2")).isNull();
        assertThat(requested("items=0-5")).isNull();
        assertThat(requested("Bytes=0-1")).containsExactly(new Part(0, 2));
        assertThat(requested("BYTES =-1")).containsExactly(new Part(9, 1));
    }

    @Test
    void takesNumbersOfAnyLength() {
        String huge = "9".repeat(20);
        assertThat(requested("bytes=0-" + huge)).containsExactly(new Part(0, 10));
        assertThat(requested("bytes=-" + huge)).containsExactly(new Part(0, 10));
        assertThat(requested("bytes=" + huge + "-")).isEmpty();
        assertThat(requested("bytes=" + "0".repeat(30) + "3-3")).containsExactly(new Part(3, 1));
        assertThat(requested("bytes=9223372036854775807-")).isEmpty();
    }

    @Test
    void givesTheWholeFileToWhoeverAsksForNoPart() {
        assertThat(requested(null)).isNull();
        assertThat(ByteRanges.requested(MockServerHttpRequest.method(HttpMethod.HEAD, "/")
                .header(HttpHeaders.RANGE, "bytes=0-1").build(), described(), 10)).isNull();
    }

    @Test
    void givesTheWholeFileWhenItHasChanged() {
        validators.setETag("\"b\"");
        validators.set(HttpHeaders.LAST_MODIFIED, "Wed, 21 Oct 2015 07:28:00 GMT");

        assertThat(requestedIf("\"a\"")).isNull();
        assertThat(requestedIf("\"b\"")).containsExactly(new Part(0, 2));
        assertThat(requestedIf("W/\"b\"")).isNull();
        assertThat(requestedIf("Wed, 21 Oct 2015 07:28:00 GMT")).containsExactly(new Part(0, 2));
        assertThat(requestedIf("Wed, 21 Oct 2015 07:28:01 GMT")).isNull();
    }

    @Test
    void givesTheWholeFileWhenNobodyKnowsWhetherItHasChanged() {
        assertThat(requestedIf("\"a\"")).isNull();
        assertThat(requestedIf("Wed, 21 Oct 2015 07:28:00 GMT")).isNull();
    }

    /** Another file may have been put there when the headers had been made, or be on its way. */
    @Test
    void givesTheWholeFileWhenItHasJustChanged() {
        validators.setETag("\"b\"");
        validators.set(HttpHeaders.LAST_MODIFIED, "Wed, 21 Oct 2015 07:28:00 GMT");
        for (long millisAgo : new long[]{-5_000, 0, 1_999}) {
            changed = NOW.minusMillis(millisAgo);
            assertThat(requestedIf("\"b\"")).isNull();
            assertThat(requestedIf("Wed, 21 Oct 2015 07:28:00 GMT")).isNull();
            assertThat(requested("bytes=0-1")).as("by one who has nothing of it").containsExactly(new Part(0, 2));
        }
        changed = NOW.minusMillis(2_000);
        assertThat(requestedIf("\"b\"")).containsExactly(new Part(0, 2));
        assertThat(requestedIf("Wed, 21 Oct 2015 07:28:00 GMT")).containsExactly(new Part(0, 2));
    }

    /** RFC 9110, 8.8.2.2: in the second that it names a file may be written once more. */
    @Test
    void givesTheWholeFileForADateThatIsNotOver() {
        for (String date : new String[]{"Wed, 21 Oct 2015 08:59:59 GMT", "Wed, 21 Oct 2015 09:00:00 GMT",
                "Wed, 21 Oct 2015 09:30:00 GMT"}) {
            validators.set(HttpHeaders.LAST_MODIFIED, date);
            assertThat(requestedIf(date)).as(date).isNull();
        }
        validators.set(HttpHeaders.LAST_MODIFIED, "Wed, 21 Oct 2015 08:59:58 GMT");
        assertThat(requestedIf("Wed, 21 Oct 2015 08:59:58 GMT")).containsExactly(new Part(0, 2));
    }

    private Validators described() {
        return new Validators(validators, changed, NOW);
    }

    private @Nullable List<Part> requestedIf(String condition) {
        return ByteRanges.requested(MockServerHttpRequest.get("/").header(HttpHeaders.RANGE, "bytes=0-1")
                .header(HttpHeaders.IF_RANGE, condition).build(), described(), 10);
    }

    private @Nullable List<Part> requested(@Nullable String range) {
        MockServerHttpRequest.BaseBuilder<?> request = MockServerHttpRequest.get("/");
        if (range != null) {
            request.header(HttpHeaders.RANGE, range);
        }
        return ByteRanges.requested(request.build(), described(), 10);
    }
}
