package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CancelPolicyTest {

    @Test
    void coalescesWithinTheDefaultBudgetUnlessToldOtherwise() {
        assertThat(CancelPolicy.coalesce().isCoalescing()).isTrue();
        assertThat(CancelPolicy.coalesce().stallBudgetVisits()).isEqualTo(32_768);
        assertThat(CancelPolicy.coalesce()).isEqualTo(CancelPolicy.coalesce(32_768));
    }

    @Test
    void refusesANegativeBudget() {
        assertThatIllegalArgumentException().isThrownBy(() -> CancelPolicy.coalesce(-1)).withMessageContaining("-1");
        assertThat(CancelPolicy.coalesce(0).stallBudgetVisits()).isZero();
    }

    @Test
    void tellsPoliciesApart() {
        assertThat(CancelPolicy.coalesce(0)).isNotEqualTo(CancelPolicy.perRequest());
        assertThat(CancelPolicy.always()).isNotEqualTo(CancelPolicy.coalesce());
        assertThat(CancelPolicy.coalesce(7)).isEqualTo(CancelPolicy.coalesce(7))
                .hasSameHashCodeAs(CancelPolicy.coalesce(7)).isNotEqualTo(CancelPolicy.coalesce(8));
        assertThat(CancelPolicy.perRequest().isCoalescing()).isFalse();
        assertThat(CancelPolicy.always().stallBudgetVisits()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void namesItselfAsItIsWritten() {
        assertThat(CancelPolicy.coalesce(5)).hasToString("CancelPolicy.coalesce(5)");
        assertThat(CancelPolicy.always()).hasToString("CancelPolicy.always()");
        assertThat(CancelPolicy.perRequest()).hasToString("CancelPolicy.perRequest()");
    }
}
