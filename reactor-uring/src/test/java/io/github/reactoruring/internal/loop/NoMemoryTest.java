package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import com.sun.management.ThreadMXBean;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Where there is no memory for the owner's mail, nothing is lost that somebody waits for. */
@Tag("fault")
class NoMemoryTest {

    private final ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    /** The owner's mail, which there is no memory for as long as the test wants. */
    private static final class FullMail extends ArrayDeque<Mail> {

        private static final long serialVersionUID = 1;

        private transient boolean full;
        private transient int refused;

        @Override
        public boolean add(Mail mail) {
            if (full) {
                refused++;
                throw new OutOfMemoryError("no memory for the owner's mail");
            }
            return super.add(mail);
        }
    }

    private FullMail fullMail() {
        try {
            FullMail mail = new FullMail();
            Field own = Mailbox.class.getDeclaredField("own");
            own.setAccessible(true);
            own.set(under.loop().mailbox(), mail);
            return mail;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Repeating extends Request {

        private final FullMail mail;
        private final boolean cleansUp;
        private int released;
        private final List<Throwable> failures = new ArrayList<>();

        Repeating(EventLoop loop, FullMail mail, boolean cleansUp) {
            super(loop);
            this.mail = mail;
            this.cleansUp = cleansUp;
        }

        @Override
        protected boolean survivesClosing() {
            return cleansUp;
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_NOP;
        }

        @Override
        protected void prepare(Sqe sqe) {
            sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1);
        }

        @Override
        protected void completed(int result, int flags) {
            mail.full = true;
            try {
                resubmitHolding();
            } finally {
                mail.full = false;
            }
        }

        @Override
        protected void failed(Throwable cause) {
            failures.add(cause);
        }

        @Override
        protected void released() {
            released++;
        }
    }

    @Test
    void aRequestThatIsSubmittedAgainTakesNoMail() {
        FullMail mail = fullMail();
        Repeating request = new Repeating(under.loop(), mail, false);
        request.submit();
        under.turns(3);

        assertThat(mail.refused).isZero();
        assertThat(request.isRetired()).isFalse();
        assertThat(under.stats().completed()).isGreaterThan(1);
        request.dispose();
    }

    @Test
    void aRequestThatCannotBeSubmittedAgainEndsAndIsTold() {
        Repeating request = new Repeating(under.loop(), fullMail(), true);
        request.submit();
        // A closing loop looks at each.
        under.loop().close(1_000_000_000);
        under.turns(3);

        assertThat(request.isRetired()).isTrue();
        assertThat(request.failures).singleElement().isInstanceOf(OutOfMemoryError.class);
        assertThat(request.released).isEqualTo(1);
    }

    @Test
    void aFileWhoseLastRequestEndsIsClosedWhenThereIsMemoryAgain() {
        FullMail mail = fullMail();
        OpenFile file = under.openFile("file");
        List<Integer> results = new ArrayList<>();
        RecordingRequest request = RecordingRequest.poll(file).submitted();
        under.turn();
        request.onEach(() -> mail.full = true);
        file.close(results::add);
        under.spinUntil("the request over", () -> mail.refused > 0 || !results.isEmpty());
        mail.full = false;
        under.turns(3);

        assertThat(mail.refused).isPositive();
        assertThat(results).containsExactly(0);
    }

    @Test
    void aFileIsClosedWhenThereIsMemoryAgain() {
        FullMail mail = fullMail();
        OpenFile file = under.openFile("file");
        List<Integer> results = new ArrayList<>();
        mail.full = true;
        try {
            file.close(results::add);
        } catch (OutOfMemoryError e) {
            // Whoever closes it may be told so.
        }
        mail.full = false;
        under.turns(3);

        assertThat(results).containsExactly(0);
    }

    /** A disposal must not be lost: to take one takes no memory, however many there are. */
    @Test
    void aCancelTakesNoMemory() {
        InFlightTable inFlight = new InFlightTable();
        Canceller canceller = new Canceller(under.loop(), inFlight, CancelPolicy.perRequest());
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Request request = RecordingRequest.nop(under.loop());
            request.markQueued();
            request.markStaged();
            requests.add(request);
        }
        canceller.add(requests.removeLast());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < requests.size(); i++) {
            canceller.add(requests.get(i));
        }
        long taken = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(requests).allMatch(Request::isCancelQueued);
        assertThat(taken).isLessThan(requests.size());
    }
}
