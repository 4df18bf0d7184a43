package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Nobody's crowd on one file keeps others from theirs. */
@Tag("race")
class BacklogFairnessTest {

    private static final int PIECE = FileTraits.PIECE_BYTES;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final OpenFile crowded = under.regularFile("crowded", new byte[0], 0);
    private final OpenFile other = under.regularFile("other", new byte[0], 0);

    @AfterEach
    void close() {
        under.close();
    }

    /** Of a closed file each is refused while the turn stages: who tries again is not to go round in it for ever. */
    @Test
    void whoTriesAgainAsItIsRefusedTriesOnceATurn() {
        crowded.close();
        under.turns(3);
        List<RecordingRequest> tries = new ArrayList<>();
        tryAgain(tries);
        for (int turn = 1; turn <= 3; turn++) {
            under.turn();
            assertThat(tries).hasSize(turn + 1);
        }
    }

    private void tryAgain(List<RecordingRequest> tries) {
        RecordingRequest request = RecordingRequest.onFile(crowded, IoUringAbi.IORING_OP_NOP, false, sqe -> {
        });
        tries.add(request);
        request.onEach(() -> {
            if (request.failures().size() == 1 && request.releasedCount() == 0 && tries.size() < 100) {
                tryAgain(tries);
            }
        }).submit();
    }

    /** Moves bytes, or none; as a NOP, for it is the order that counts. */
    private static final class Moving extends Request {

        private final @Nullable OpenFile file;
        private final int bytes;
        private int pieces;
        private boolean turns = true;
        private @Nullable Integer result;
        private int askedForTurn;

        Moving(EventLoop loop, @Nullable OpenFile file, int bytes, int pieces) {
            super(loop);
            this.file = file;
            this.bytes = bytes;
            this.pieces = pieces;
        }

        Moving anywhere() {
            turns = false;
            return this;
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_NOP;
        }

        @Override
        protected @Nullable OpenFile file() {
            return file;
        }

        @Override
        protected int inlineBytes() {
            return bytes;
        }

        @Override
        protected boolean takesTurns() {
            askedForTurn++;
            return turns && file != null;
        }

        @Override
        protected boolean isInPieces() {
            return pieces > 1;
        }

        @Override
        protected void prepare(Sqe sqe) {
            sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1);
        }

        @Override
        protected void completed(int completed, int flags) {
            if (--pieces <= 0 || !resubmitHolding()) {
                result = completed;
            }
        }

        @Override
        protected void failed(Throwable cause) {
            result = -1;
        }
    }

    private Moving submit(Moving request) {
        request.submit();
        return request;
    }

    private List<Moving> crowd(OpenFile file, int size) {
        List<Moving> crowd = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            crowd.add(submit(new Moving(under.loop(), file, PIECE / 2, 1)));
        }
        return crowd;
    }

    private static long over(List<Moving> requests) {
        return requests.stream().filter(request -> request.result != null).count();
    }

    @Test
    void aCrowdBehindOneInPiecesLeavesOthersTheirShare() {
        submit(new Moving(under.loop(), crowded, PIECE, 2));
        List<Moving> crowd = crowd(crowded, 100);
        under.turns(2);
        List<Moving> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            others.add(submit(new Moving(under.loop(), other, PIECE / 2, 1).anywhere()));
        }
        under.spinUntil("the others served", () -> over(others) == others.size());

        assertThat(over(crowd)).as("of the crowd meanwhile").isLessThan(50);
        under.spinUntil("the crowd served", () -> over(crowd) == crowd.size());
    }

    @Test
    void twoCrowdsTakeTurns() {
        submit(new Moving(under.loop(), crowded, PIECE, 2));
        submit(new Moving(under.loop(), other, PIECE, 2));
        List<Moving> first = crowd(crowded, 60);
        List<Moving> second = crowd(other, 60);
        under.spinUntil("half of one", () -> over(first) >= 30);

        assertThat(over(second)).isBetween(25L, 35L);
        under.spinUntil("all", () -> over(first) + over(second) == 120);
    }

    /** Those that wait are not looked through for each that passes them. */
    @Test
    void whoWaitsForATurnIsNotAskedAgainAndAgain() {
        Moving large = submit(new Moving(under.loop(), crowded, PIECE, 1_000_000));
        Moving ending = submit(new Moving(under.loop(), other, PIECE, 2));
        under.turn();
        List<Moving> crowd = crowd(crowded, 1000);
        under.turns(10);
        int before = crowd.stream().mapToInt(request -> request.askedForTurn).sum();
        assertThat(ending.result).as("a turn has ended").isNotNull();
        for (int i = 0; i < 50; i++) {
            submit(new Moving(under.loop(), other, PIECE, 2));
            under.turns(4);
        }

        assertThat(crowd.stream().mapToInt(request -> request.askedForTurn).sum() - before).isLessThan(5000);
        large.pieces = 1;
        under.spinUntil("the crowd served", () -> over(crowd) == crowd.size());
    }
}
