package io.github.reactoruring.samples.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Prints the SHA-256 of the file it is given, or only the Java version that runs it. */
public final class Quickstart {
    private Quickstart() {
    }

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        boolean terminal = System.console() != null && System.console().isTerminal();
        System.out.println("java=" + Runtime.version().feature() + " terminal=" + terminal);
        if (args.length == 0) {
            return;
        }
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] chunk = new byte[65536];
        try (InputStream in = Files.newInputStream(Path.of(args[0]))) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        }
        System.out.println("sha256=" + HexFormat.of().formatHex(digest.digest()));
    }
}
