package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.http.codec.multipart.FormFieldPart;
import org.springframework.http.codec.multipart.Part;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.ExtendedAttributes;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.MountedTmpfs;
import io.netty.buffer.ByteBufAllocator;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

@NeedsUring
@ExtendWith(NettyLeaks.class)
class UringPartHttpMessageReaderTest {

    private static final ResolvableType PART = ResolvableType.forClass(Part.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final byte[] LARGE = UploadServing.content(300_000);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path temporary;
    @TempDir
    Path elsewhere;

    private final NettyDataBufferFactory buffers = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);
    private final Random random = new Random(1);
    private UringPartHttpMessageReader reader;
    /** The inode of the temporary file of the part that was transferred last. */
    private @Nullable Object transferredFrom;

    @BeforeEach
    void make() throws IOException {
        reader = new UringPartHttpMessageReader(ring.get());
        reader.setFileStorageDirectory(temporary);
        reader.setMaxInMemorySize(10_000);
    }

    @AfterEach
    void nothingIsLeft() {
        Await.until("no temporary file", () -> temporaryFiles().isEmpty());
        reader.close();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void howeverABodyIsCutItsPartsAreTheSame() {
        byte[] small = UploadServing.content(3_000);
        byte[] body = new MultipartBody().append("a preamble\r\n").field("title", "x").file("empty", "", new byte[0])
                .file("large", "l.bin", LARGE).file("small", "s.bin", small).field("nothing", "").bytes();

        for (int i = 0; i < 60; i++) {
            List<Part> parts = read(pieces(body, i == 0 ? body.length : 1 << random.nextInt(9, 17))).collectList()
                    .block(TIMEOUT);

            assertThat(parts).extracting(Part::name).containsExactly("title", "empty", "large", "small", "nothing");
            assertThat(parts.get(0)).isInstanceOfSatisfying(FormFieldPart.class,
                    field -> assertThat(field.value()).isEqualTo("x"));
            assertThat(content(parts.get(1))).isEmpty();
            assertThat(content(parts.get(2))).isEqualTo(LARGE);
            assertThat(content(parts.get(3))).isEqualTo(small);
            parts.forEach(part -> part.delete().block(TIMEOUT));
        }
    }

    @Test
    void aBodyMayComeByteByByte() {
        reader.setMaxInMemorySize(100);
        byte[] content = UploadServing.content(1_000);
        for (int i = 1; i < 20; i++) {
            Part part = read(pieces(new MultipartBody().file("a", "a.bin", content).bytes(), i)).single()
                    .block(TIMEOUT);
            assertThat(content(part)).isEqualTo(content);
            part.delete().block(TIMEOUT);
        }
    }

    @Test
    void asManyPartsAreReadAsAreAskedFor() {
        AtomicInteger given = new AtomicInteger();
        MultipartBody body = new MultipartBody();
        for (int i = 0; i < 20; i++) {
            body.file("a" + i, "a.bin", LARGE);
        }
        List<Part> parts = new CopyOnWriteArrayList<>();
        Flux<DataBuffer> pieces = pieces(body.bytes(), 10_000).doOnNext(piece -> given.incrementAndGet());

        BaseSubscriber<Part> two = new BaseSubscriber<>() {

            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(2);
            }

            @Override
            protected void hookOnNext(Part part) {
                parts.add(part);
            }
        };
        read(pieces).subscribe(two);

        Await.until("two parts", () -> parts.size() == 2);
        ring.awaitIdle();
        assertThat(given.get()).as("pieces of some 5,000 bytes taken, of 1,200: two parts and what is read ahead")
                .isLessThan(2 * 60 + 160);
        two.cancel();
        parts.forEach(part -> part.delete().block(TIMEOUT));
    }

    @Test
    void aCancelAnywhereLeavesNothing() throws Exception {
        byte[] body = new MultipartBody().field("title", "x").file("small", "s.bin", new byte[9_000])
                .file("large", "l.bin", LARGE).field("more", "y").file("larger", "m.bin", LARGE).bytes();
        Scheduler network = Schedulers.newSingle("network");
        try {
            for (int i = 0; i < 300; i++) {
                CountDownLatch enough = new CountDownLatch(random.nextInt(80));
                Flux<DataBuffer> pieces = pieces(body, 8_000).subscribeOn(network)
                        .doOnNext(piece -> enough.countDown());
                // Gets what is emitted beside the cancel, too.
                BaseSubscriber<Part> reading = read(pieces).subscribeWith(new BaseSubscriber<>() {

                    @Override
                    protected void hookOnNext(Part part) {
                        part.delete().subscribe();
                    }
                });
                while (enough.getCount() > 0 && !reading.isDisposed()) {
                    Thread.onSpinWait();
                }
                reading.dispose();
            }
        } finally {
            network.disposeGracefully().block(TIMEOUT);
        }
    }

    @Test
    void anErrorAnywhereIsToldWhenTheFileIsGone() {
        byte[] body = new MultipartBody().field("title", "x").file("large", "l.bin", LARGE).bytes();
        for (int bytes = 0; bytes < body.length - 10; bytes += 1 + random.nextInt(10_000)) {
            Flux<DataBuffer> cut = pieces(java.util.Arrays.copyOf(body, bytes), 5_000)
                    .concatWith(Flux.error(new IOException("gone")));

            assertThatThrownBy(() -> read(cut).collectList().block(TIMEOUT)).hasRootCauseMessage("gone");
            assertThat(temporaryFiles()).isEmpty();
        }
    }

    @Test
    void limitsAreSpringsErrors() {
        reader.setMaxDiskUsagePerPart(200_000);
        reader.setMaxParts(3);
        reader.setMaxHeadersSize(500);

        assertThatThrownBy(() -> all(new MultipartBody().file("a", "a.bin", LARGE)))
                .isInstanceOf(DataBufferLimitException.class)
                .hasMessage("Part exceeded the disk usage limit of 200000 bytes");
        assertThatThrownBy(() -> all(new MultipartBody().field("a", "x".repeat(10_001))))
                .isInstanceOf(DataBufferLimitException.class)
                .hasMessage("Form field value exceeded the memory usage limit of 10000 bytes");
        assertThatThrownBy(() -> all(new MultipartBody().field("a", "").field("b", "").field("c", "").field("d", "")))
                .isInstanceOf(DecodingException.class).hasMessage("Too many parts (4/3 allowed)");
        assertThatThrownBy(() -> all(new MultipartBody().file("a", "a".repeat(500), LARGE)))
                .isInstanceOf(DataBufferLimitException.class)
                .hasMessage("Part headers exceeded the memory usage limit of 500 bytes");
    }

    @Test
    void aFieldThatDoesNotEndIsNotKept() {
        AtomicInteger given = new AtomicInteger();
        MultipartBody body = new MultipartBody().field("a", "x".repeat(1_000_000));

        assertThatThrownBy(() -> read(pieces(body.bytes(), 1_000).doOnNext(piece -> given.incrementAndGet()))
                .collectList().block(TIMEOUT)).isInstanceOf(DataBufferLimitException.class);
        assertThat(given.get()).as("pieces of some 500 bytes taken, of 2,000: the field may have 10,000 bytes")
                .isLessThan(100);
    }

    @Test
    void withoutALimitAllIsInMemory() {
        reader.setMaxInMemorySize(-1);
        reader.setMaxDiskUsagePerPart(1);
        long before = ring.get().stats().submitted();

        assertThat(content(all(new MultipartBody().file("a", "a.bin", LARGE)).getFirst())).isEqualTo(LARGE);
        assertThat(ring.get().stats().submitted()).isEqualTo(before);
    }

    @Test
    void aPartIsGivenANameWithoutACopyWhereThatCanBeDone() throws IOException {
        Path target = temporary.resolve("linked.bin");
        FilePart part = file();

        part.transferTo(target).block(TIMEOUT);
        assertThat(Files.getAttribute(target, "unix:nlink")).isEqualTo(2);
        part.delete().block(TIMEOUT);

        assertThat(Files.getAttribute(target, "unix:nlink")).isEqualTo(1);
        assertThat(target).hasBinaryContent(LARGE);
        Files.delete(target);
    }

    @Test
    void aPartOnAnotherFilesystemIsCopied() throws Exception {
        try (MountedTmpfs other = MountedTmpfs.mount(elsewhere.resolve("other"), 4096)) {
            Path target = other.directory().resolve("copied.bin");
            FilePart part = file();
            for (int i = 0; i < 2; i++) {
                part.transferTo(target).block(TIMEOUT);
                assertThat(target).hasBinaryContent(LARGE);
            }
            part.delete().block(TIMEOUT);
        }
    }

    @Test
    void aTransferReplacesALinkAndNotWhatItLeadsTo() throws IOException {
        Path precious = Files.writeString(elsewhere.resolve("precious"), "precious");
        Path target = Files.createSymbolicLink(elsewhere.resolve("link"), precious);
        FilePart part = file();

        part.transferTo(target).block(TIMEOUT);
        part.delete().block(TIMEOUT);

        assertThat(target).isRegularFile().hasBinaryContent(LARGE);
        assertThat(Files.isSymbolicLink(target)).isFalse();
        assertThat(precious).hasContent("precious");
    }

    @Test
    void aTransferLeavesASecretFileSecret() throws IOException {
        Path target = Files.writeString(elsewhere.resolve("secret"), "secret");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
        FilePart part = file();

        part.transferTo(target).block(TIMEOUT);
        part.delete().block(TIMEOUT);

        assertThat(target).hasBinaryContent(LARGE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target))).isEqualTo("rw-------");
    }

    /** As if it had been written there, however large it is. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 300_000})
    void aFileGetsTheGroupOfADirectoryThatGivesOne(int bytes) throws IOException {
        Assumptions.assumeTrue((int) Files.getAttribute(elsewhere, "unix:uid") == 0, "Only root may give a group away");
        Files.setAttribute(elsewhere, "unix:gid", 4242);
        Files.setAttribute(elsewhere, "unix:mode", 02775);

        assertThat(Files.getAttribute(transferred(bytes), "unix:gid")).isEqualTo(4242);
    }

    /** A list of: the owner rwx, user 4242 rw, the group and others none. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 300_000})
    void aFileGetsTheListOfADirectoryThatGivesOne(int bytes) {
        ByteBuffer list = ByteBuffer.allocate(4 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
        for (int[] entry : new int[][]{{1, 7, -1}, {2, 6, 4242}, {4, 0, -1}, {16, 7, -1}, {32, 0, -1}}) {
            list.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
        }
        give(elsewhere, "system.posix_acl_default", list.array());

        byte[] given = ExtendedAttributes.get(transferred(bytes), "system.posix_acl_access");
        assertThat(given).isNotNull();
        assertThat(ByteBuffer.wrap(given).order(ByteOrder.LITTLE_ENDIAN).getShort(4 + 8 + 2)).as("of user 4242")
                .isEqualTo((short) 6);
        assertThat(ByteBuffer.wrap(given).order(ByteOrder.LITTLE_ENDIAN).getShort(4 + 3 * 8 + 2)).as("the mask")
                .isEqualTo((short) 6);
    }

    /** Only the security module knows what it gives to a file there: it has to be made there. */
    @Test
    void aFileIsNotLinkedIntoADirectoryOfAnotherLabel() throws IOException {
        give(elsewhere, "security.selinux", "other_t".getBytes());

        assertThat(Files.getAttribute(transferred(300_000), "unix:ino")).isNotEqualTo(transferredFrom);
    }

    @Test
    void aTransferIntoSuchADirectoryReplacesALinkAsWell() throws IOException {
        Files.setAttribute(elsewhere, "unix:mode", 02775);
        Path precious = Files.writeString(elsewhere.resolve("precious"), "precious");
        Files.createSymbolicLink(elsewhere.resolve("transferred"), precious);

        assertThat(transferred(300_000)).isRegularFile();
        assertThat(precious).hasContent("precious");
    }

    private static void give(Path directory, String name, byte[] value) {
        try {
            ExtendedAttributes.set(directory, name, value);
        } catch (IOException e) {
            Assumptions.abort("Not to be had here: " + e.getMessage());
        }
    }

    /** Puts a part into a file of {@link #elsewhere}. */
    private Path transferred(int bytes) {
        byte[] content = UploadServing.content(bytes);
        FilePart part = (FilePart) all(new MultipartBody().file("a", "a.bin", content)).getFirst();
        Path target = elsewhere.resolve("transferred");
        transferredFrom = temporaryFiles().isEmpty() ? null : inode(temporaryFiles().getFirst());
        part.transferTo(target).block(TIMEOUT);
        part.delete().block(TIMEOUT);
        assertThat(target).hasBinaryContent(content);
        return target;
    }

    private static Object inode(Path file) {
        try {
            return Files.getAttribute(file, "unix:ino");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void temporaryFilesAreInADirectoryOfTheirOwner() throws IOException {
        FilePart part = file();
        Path directory = temporaryFiles().getFirst().getParent();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory))).isEqualTo("rwx------");
        part.delete().block(TIMEOUT);

        // As a daemon does that cleans up.
        Files.delete(directory);
        FilePart another = file();
        assertThat(content(another)).isEqualTo(LARGE);
        another.delete().block(TIMEOUT);
    }

    @Test
    void aPartThatNobodyHasAnyMoreIsDeleted() {
        assertThat(all(new MultipartBody().file("a", "a.bin", LARGE))).hasSize(1);

        Await.until("the file deleted", () -> {
            System.gc();
            return temporaryFiles().isEmpty();
        });
    }

    /** Spring Boot sets it once for each set of codecs that is made, while parts are stored. */
    @Test
    void settingTheDirectoryRemovesNothingThatIsStored() throws IOException {
        FilePart before = file();
        reader.setFileStorageDirectory(temporary);
        FilePart after = file();
        reader.setFileStorageDirectory(elsewhere);
        FilePart other = file();

        assertThat(UploadServing.files(elsewhere)).hasSize(1);
        for (FilePart part : List.of(before, after, other)) {
            assertThat(content(part)).isEqualTo(LARGE);
            part.delete().block(TIMEOUT);
        }
        FilePart left = file();
        reader.close();
        assertThat(elsewhere).isEmptyDirectory();
        left.delete().block(TIMEOUT);
    }

    private FilePart file() {
        return (FilePart) all(new MultipartBody().file("a", "a.bin", LARGE)).getFirst();
    }

    private List<Part> all(MultipartBody body) {
        return read(pieces(body.bytes(), 50_000)).collectList().block(TIMEOUT);
    }

    private static byte[] content(Part part) {
        return DataBufferUtils.join(part.content()).map(buffer -> {
            byte[] bytes = new byte[buffer.readableByteCount()];
            buffer.read(bytes);
            return bytes;
        }).defaultIfEmpty(new byte[0]).block(TIMEOUT);
    }

    private Flux<DataBuffer> pieces(byte[] body, int maxBytes) {
        return Flux.generate(() -> 0, (start, sink) -> {
            int count = Math.min(body.length - start, 1 + random.nextInt(maxBytes));
            if (count == 0) {
                sink.complete();
            } else {
                sink.next(buffers.allocateBuffer(count).write(body, start, count));
            }
            return start + count;
        });
    }

    private Flux<Part> read(Flux<DataBuffer> body) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Content-Type", MultipartBody.CONTENT_TYPE);
        return reader.read(PART, new ReactiveHttpInputMessage() {

            @Override
            public HttpHeaders getHeaders() {
                return headers;
            }

            @Override
            public Flux<DataBuffer> getBody() {
                return body;
            }
        }, Map.of());
    }

    private List<Path> temporaryFiles() {
        return UploadServing.files(temporary);
    }
}
