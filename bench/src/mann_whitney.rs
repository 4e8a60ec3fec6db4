//! The Mann-Whitney U test: whether two sets of times come from the same distribution, without assuming which.

/// The two-sided p: how likely so much difference is where there is none. By the normal approximation with a correction for ties and for
/// continuity, which is exact enough from some twenty values on each side.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) fn p_value(ours: &[f64], theirs: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> =
        ours.iter().map(|value| (*value, true)).chain(theirs.iter().map(|value| (*value, false))).collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut rank_sum, mut ties, mut before) = (0.0, 0.0, 0.0);
    for group in all.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        let size = group.len() as f64;
        let rank = before + f64::midpoint(size, 1.0);
        rank_sum += rank * group.iter().filter(|(_, is_ours)| *is_ours).count() as f64;
        ties += size.mul_add(size * size, -size);
        before += size;
    }
    let (n, m) = (ours.len() as f64, theirs.len() as f64);
    let u = rank_sum - n * (n + 1.0) / 2.0;
    let total = n + m;
    let variance = n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    let z = ((u - n * m / 2.0).abs() - 0.5).max(0.0) / variance.sqrt();
    complement_of_error_function(z / std::f64::consts::SQRT_2).min(1.0)
}

/// Abramowitz and Stegun 7.1.26, to 1.5e-7.
fn complement_of_error_function(x: f64) -> f64 {
    const FACTORS: [f64; 5] = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let t = 1.0 / 0.327_591_1_f64.mul_add(x, 1.0);
    FACTORS.iter().fold(0.0, |sum, factor| (sum + factor) * t) * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_about(p: f64, expected: f64) -> bool {
        (p - expected).abs() < 1e-4
    }

    // By `scipy.stats.mannwhitneyu(.., method="asymptotic")`.
    #[test]
    fn it_says_what_others_say() {
        let males = [19.0, 22.0, 16.0, 29.0, 24.0];
        let females = [20.0, 11.0, 17.0, 12.0];
        assert!(is_about(p_value(&males, &females), 0.111_347));
        let ones = [1.0, 2.0, 2.0, 3.0, 3.0, 3.0];
        let others = [2.0, 3.0, 3.0, 4.0, 4.0, 5.0];
        assert!(is_about(p_value(&ones, &others), 0.078_403));
    }

    #[test]
    fn what_is_the_same_is_not_different_and_what_is_apart_is() {
        let low: Vec<f64> = (0..200).map(f64::from).collect();
        let high: Vec<f64> = low.iter().map(|value| value + 30.0).collect();
        assert!(p_value(&low, &low) > 0.99);
        assert!(p_value(&low, &high) < 1e-4);
        assert!(is_about(p_value(&[1.0; 30], &[1.0; 30]), 1.0));
    }
}
