package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.kernel.NeedsUring;

@NeedsUring
class TlsTest {

    @Test
    void filesComeWholeAndInPartsUnderTls(@TempDir Path directory) throws Exception {
        Path keys = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-keystore", keys.toString(), "-storetype", "PKCS12", "-storepass", "changeit",
                "-alias", "test", "-keyalg", "EC", "-dname", "CN=localhost").redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();

        try (TestServer server = TestServer.start(FileServing.fill(directory), "server.ssl.key-store=" + keys,
                "server.ssl.key-store-password=changeit", "server.ssl.key-alias=test")) {
            for (String endpoint : new String[]{"annotated", "functional", "static", "flux"}) {
                String url = "https://127.0.0.1:" + server.port() + "/" + endpoint + "/large.bin";
                assertThat(TestServer.curl("--insecure", url)).as(endpoint).isEqualTo(FileServing.LARGE);
                if (!endpoint.equals("flux")) {
                    assertThat(TestServer.curl("--insecure", "--range", "1000000-2999999", url)).as(endpoint)
                            .isEqualTo(Arrays.copyOfRange(FileServing.LARGE, 1_000_000, 3_000_000));
                }
            }
            server.awaitIdle();
        }
    }
}
