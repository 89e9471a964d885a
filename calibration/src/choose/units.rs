//! Squared errors by unit: what every rule looks at.

/// Mean over the rows of each unit: `errors[k]` belongs to row `rows[k]`, one value for every count; several errors of a row (of
/// several repeats) count alike. Units without an error are left out.
pub(crate) fn unit_means(errors: &[Vec<f64>], rows: &[usize], units: &[usize]) -> Vec<Vec<f64>> {
    let number = units.iter().max().map_or(0, |m| m + 1);
    let mut sums: Vec<(Vec<f64>, f64)> = vec![(Vec::new(), 0.0); number];
    for (error, row) in errors.iter().zip(rows) {
        let (sum, count) = &mut sums[units[*row]];
        sum.resize(error.len(), 0.0);
        sum.iter_mut().zip(error).for_each(|(s, e)| *s += e);
        *count += 1.0;
    }
    let filled = sums.into_iter().filter(|(_, count)| *count > 0.0);
    filled.map(|(sum, count)| sum.into_iter().map(|s| s / count).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_unit_and_repeats_are_averaged_first() {
        let errors = vec![vec![1.0], vec![3.0], vec![10.0], vec![5.0]];
        // Row 1 has no error of its own in the second repeat; rows 0 and 1 are one unit.
        assert_eq!(unit_means(&errors, &[0, 1, 2, 0], &[0, 0, 1]), [vec![3.0], vec![10.0]]);
    }
}
