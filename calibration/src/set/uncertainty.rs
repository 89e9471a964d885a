//! The ICP's standard uncertainty as a function of the concentration: u(c) = u0 + u1 max(c, 0).

/// Fits u0 and u1, both at least 0, to pairs (c, u) by least squares; `None` without a pair.
///
/// `c` is the concentration and `u` its standard uncertainty (k = 1), in one unit. Where all
/// concentrations are equal the slope cannot be told and u0 takes it all.
///
/// ```
/// let (u0, u1) = adit_calibration::set::fit_uncertainty(&[(0.0, 0.1), (1.0, 0.3), (2.0, 0.5)]).unwrap();
/// assert!((u0 - 0.1).abs() < 1e-12 && (u1 - 0.2).abs() < 1e-12);
/// ```
pub fn fit_uncertainty(pairs: &[(f64, f64)]) -> Option<(f64, f64)> {
    if pairs.is_empty() {
        return None;
    }
    let n = pairs.len() as f64;
    let pairs: Vec<(f64, f64)> = pairs.iter().map(|&(c, u)| (c.max(0.0), u)).collect();
    let (mean_c, mean_u) =
        (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let scc: f64 = pairs.iter().map(|p| (p.0 - mean_c).powi(2)).sum();
    let scu: f64 = pairs.iter().map(|p| (p.0 - mean_c) * (p.1 - mean_u)).sum();
    if scc > 0.0 {
        let slope = scu / scc;
        let offset = mean_u - slope * mean_c;
        if slope >= 0.0 && offset >= 0.0 {
            return Some((offset, slope));
        }
    }
    // With two unknowns the optimum lies inside, handled above, or on one of the two edges.
    let squares: f64 = pairs.iter().map(|p| p.0 * p.0).sum();
    let through_zero = pairs.iter().map(|p| p.0 * p.1).sum::<f64>() / squares;
    let error = |(u0, u1): (f64, f64)| -> f64 {
        pairs.iter().map(|&(c, u)| (u - u0 - u1 * c).powi(2)).sum()
    };
    let (flat, steep) = ((mean_u.max(0.0), 0.0), (0.0, through_zero.max(0.0)));
    // A slope that is not a number (every c is 0) never wins.
    Some(if error(steep) < error(flat) { steep } else { flat })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The best of a fine grid of non-negative pairs.
    fn slow(pairs: &[(f64, f64)]) -> f64 {
        let grid = |i: usize| i as f64 * 0.005;
        let mut best = f64::INFINITY;
        for i in 0..=200 {
            for j in 0..=200 {
                let cost = cost(pairs, (grid(i), grid(j)));
                best = best.min(cost);
            }
        }
        best
    }

    fn cost(pairs: &[(f64, f64)], (u0, u1): (f64, f64)) -> f64 {
        pairs.iter().map(|&(c, u)| (u - u0 - u1 * c.max(0.0)).powi(2)).sum()
    }

    #[test]
    fn no_pair_of_a_grid_is_better() {
        let cases: [&[(f64, f64)]; 5] = [
            &[(0.1, 0.2), (0.5, 0.3), (1.0, 0.45), (3.0, 0.9)],
            &[(1.0, 0.5), (2.0, 0.3), (3.0, 0.2)],
            &[(1.0, 0.01), (2.0, 0.3), (3.0, 0.7)],
            &[(-0.5, 0.1), (0.0, 0.1), (2.0, 0.5)],
            &[(2.0, 0.4)],
        ];
        for pairs in cases {
            let fit = fit_uncertainty(pairs).unwrap();
            assert!(fit.0 >= 0.0 && fit.1 >= 0.0);
            assert!(cost(pairs, fit) <= slow(pairs) + 1e-15, "{pairs:?} {fit:?}");
        }
    }

    #[test]
    fn degenerate_pairs_give_finite_figures() {
        assert_eq!(fit_uncertainty(&[]), None);
        assert_eq!(fit_uncertainty(&[(0.0, 0.3)]), Some((0.3, 0.0)));
        assert_eq!(fit_uncertainty(&[(1.0, 0.0), (2.0, 0.0)]), Some((0.0, 0.0)));
    }
}
