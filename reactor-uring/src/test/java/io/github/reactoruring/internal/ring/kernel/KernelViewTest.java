package io.github.reactoruring.internal.ring.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Opcode;

class KernelViewTest {

    @ParameterizedTest
    @CsvSource({"5.19,DEFER_TASKRUN,false", "6.0,SINGLE_ISSUER,true", "6.0,DEFER_TASKRUN,false",
            "6.1,DEFER_TASKRUN,true", "6.5,CANCEL_OP,false", "6.6,CANCEL_OP,true", "6.12,SEND_MSG_RING,false",
            "6.13,SEND_MSG_RING,true", "7.0,SEND_MSG_RING,true", "5.19,CANCEL_ALL_FD_ANY,true"})
    void showsAFeatureFromTheVersionThatBroughtIt(String version, RingFeature feature, boolean shown) {
        assertThat(KernelView.parse(version).shows(feature)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"5.19,SOCKET,true", "5.19,SEND_ZC,false", "6.0,SEND_ZC,true", "6.0,SENDMSG_ZC,false",
            "6.1,SENDMSG_ZC,true", "6.6,READ_MULTISHOT,false", "6.12,LISTEN,true", "6.12,RECV_ZC,false"})
    void showsAnOpcodeFromTheVersionThatBroughtIt(String version, Opcode opcode, boolean shown) {
        assertThat(KernelView.parse(version).showsOpcode(opcode.code())).isEqualTo(shown);
    }

    @ParameterizedTest
    @EnumSource(Opcode.class)
    void showsEachOpcodeSinceItCame(Opcode opcode) {
        String[] since = opcode.since().split("\\.");
        int minor = Integer.parseInt(since[1]);
        assertThat(KernelView.parse(opcode.since()).showsOpcode(opcode.code())).isTrue();
        // The last of Linux 5 is 19.
        String before = minor > 0 ? since[0] + "." + (minor - 1) : "5.19";
        assertThat(KernelView.parse(before).showsOpcode(opcode.code())).isFalse();
    }

    @Test
    void showsEverythingAsItIs() {
        assertThat(RingFeature.values()).allMatch(KernelView.real()::shows);
        assertThat(KernelView.real().showsOpcode(255)).isTrue();
        assertThat(KernelView.real()).hasToString("the real kernel");
        assertThat(KernelView.parse("6.12")).hasToString("Linux 6.12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6", "6.1.2", "six", "6.x"})
    void refusesWhatIsNoVersion(String text) {
        assertThatThrownBy(() -> KernelView.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MAJOR.MINOR").hasMessageContaining(text);
    }
}
