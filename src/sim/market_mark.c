/* Mark, index and funding of the simulated market: what the exchange computes each whole second.
 *
 * Usually the mark follows the last price with a lag of three seconds, and the index lies a slow
 * premium beside it.  With mark_apart it is as on venues whose index is made elsewhere:
 *   ln index = ln last without wicks, with only a part of what forced orders did here, less the
 *              premium, plus a noise of its own
 *   ln mark  = ln index + mean of (ln last - ln index) over some minutes
 * so that a wick of the last price moves the mark by a tenth at most and triggers nobody.
 *
 * Liquidations, stops and profits look at the mark alone.  Their orders are filled up to 900 ms
 * later, that is, in the next step, so a cascade runs one generation a mark. */
#include <math.h>

#include "base/math.h"
#include "sim/market_internal.h"

static const double mark_tau_s = 3;
static const double basis_mood = 2e-4;
static const double index_forced_share = .3, index_noise_deviation = 1e-4, index_noise_tau_s = 60;
static const double mark_basis_tau_s = 150;
static const double funding_interest = 1e-4, funding_damping = 5e-4, funding_max = .003;

static double funding_rate(const struct market *market) {
    double premium =
        market->funding_count > 0 ? market->funding_sum / (double)market->funding_count : 0;
    double rate =
        premium + math_clamp(funding_interest - premium, -funding_damping, funding_damping);
    return math_clamp(rate, -funding_max, funding_max);
}

/* Log of the index that other venues make; the mark moves with it. */
static double step_apart(struct market *market, double since_s, double premium) {
    double keep = math_exp(-since_s / index_noise_tau_s);
    market->ln_index_noise = market->ln_index_noise * keep + index_noise_deviation *
                                                                 sqrt(1 - keep * keep) *
                                                                 random_normal(&market->random);
    double ln_index = market->ln_base + index_forced_share * market->ln_transient - premium +
                      market->ln_index_noise;
    market->ln_mark_basis += (market_ln_price(market) - ln_index - market->ln_mark_basis) *
                             (1 - math_exp(-since_s / mark_basis_tau_s));
    market->ln_mark = ln_index + market->ln_mark_basis;
    return ln_index;
}

void market_update_mark(struct market *market, int64_t end_ms) {
    double since_s = market->dt_ms > 1000 ? market->dt_ms / 1000.0 : 1;
    double premium = market->basis + basis_mood * market->mood;
    if (market->desc.mark_apart) {
        market->view.index = math_exp(step_apart(market, since_s, premium));
        market->view.mark = math_exp(market->ln_mark);
    } else {
        double way = market_ln_price(market) - market->ln_mark;
        market->ln_mark += way * (1 - math_exp(-since_s / mark_tau_s));
        market->view.mark = math_exp(market->ln_mark);
        market->view.index = math_exp(market->ln_mark - premium);
    }
    market->funding_sum += premium * since_s;
    market->funding_count += (int64_t)since_s;
    market->view.funding_rate = funding_rate(market);
    market->view.funding_settled = end_ms >= market->view.next_funding_ms;
    if (market->view.funding_settled) {
        market->view.settled_rate = market->view.funding_rate;
        market->view.next_funding_ms += MARKET_FUNDING_MS;
        market->funding_sum = 0;
        market->funding_count = 0;
        market_settle_funding(market, market->view.settled_rate, end_ms);
    }
    market_trigger(market, end_ms);
}
