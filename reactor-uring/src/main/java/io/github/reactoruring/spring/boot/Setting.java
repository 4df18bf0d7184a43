package io.github.reactoruring.spring.boot;

import java.util.function.Supplier;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/** Says which property is wrong where a value is refused that came from one: others know it by another name. */
final class Setting {

    private Setting() {
    }

    /** Passes on what {@code use} makes of the value of {@code reactor-uring.NAME}. */
    static <T> T use(String name, Object value, Supplier<T> use) {
        try {
            return use.get();
        } catch (IllegalArgumentException e) {
            throw refused(name, value, String.valueOf(e.getMessage()));
        }
    }

    /** Returns a number of bytes, 1 to 2 GiB. */
    static int bytes(String name, DataSize size) {
        if (size.toBytes() < 1 || size.toBytes() > Integer.MAX_VALUE) {
            throw refused(name, size, "It must be 1 byte or more, and less than 2 GB.");
        }
        return (int) size.toBytes();
    }

    static InvalidConfigurationPropertyValueException refused(String name, Object value, String reason) {
        return new InvalidConfigurationPropertyValueException("reactor-uring." + name, value, reason);
    }
}
