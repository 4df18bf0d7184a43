package io.github.reactoruring.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrnoTest {

    @ParameterizedTest
    @CsvSource({"1,EPERM", "2,ENOENT", "4,EINTR", "9,EBADF", "11,EAGAIN", "12,ENOMEM", "13,EACCES", "22,EINVAL",
            "28,ENOSPC", "32,EPIPE", "38,ENOSYS", "62,ETIME", "71,EPROTO", "95,EOPNOTSUPP", "105,ENOBUFS",
            "111,ECONNREFUSED", "114,EALREADY", "125,ECANCELED", "133,errno 133", "512,ERESTARTSYS"})
    void numbersHaveTheKernelsNames(int errno, String name) {
        assertThat(Errno.name(errno)).isEqualTo(name);
    }

    @Test
    void everyErrorOfLinuxHasANameAndAText() {
        // 41 and 58 were never given out.
        assertThat(IntStream.rangeClosed(1, 132).filter(errno -> errno != 41 && errno != 58)).allSatisfy(errno -> {
            assertThat(Errno.name(errno)).startsWith("E");
            assertThat(Errno.describe(errno)).isNotBlank().isNotEqualTo("unknown error");
        });
    }

    @Test
    void constantsAgreeWithTheNames() throws IllegalAccessException {
        for (Field field : Errno.class.getFields()) {
            assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
        }
    }

    @Test
    void unknownErrorsKeepTheirNumber() {
        assertThat(Errno.name(4000)).isEqualTo("errno 4000");
        assertThat(Errno.name(-1)).isEqualTo("errno -1");
        assertThat(Errno.describe(4000)).isEqualTo("unknown error");
    }
}
