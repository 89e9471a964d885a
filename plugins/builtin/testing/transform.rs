//! Checks that the tests of every built-in transform run, and a plain interpreter of the lowered ops.
//!
//! Included by path, so that the families share it without a crate of their own for tests.

use adit_plugin::{
    Axis, Call, Error, Flags, Matrix, MatrixMut, Norm, Op, Params, StateReader, StateWriter,
    Training, Transform, Value, unit,
};

/// Rows of a matrix.
pub(crate) type Rows = Vec<Vec<f64>>;
/// Parameters as a recipe gives them.
pub(crate) type Given<'a> = [(&'a str, Value)];

/// An axis in nm.
pub(crate) fn nm(values: Vec<f64>) -> Axis {
    Axis::Positions { unit: unit::ADIT_UNIT_NM, values }
}

/// An instance that is not fitted.
pub(crate) fn made<T: Transform>(given: &Given<'_>) -> Result<T, Error> {
    let given: Vec<_> = given.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    T::create(&Params::new(T::PARAMS, &given)?)
}

/// An instance fitted on `rows`, or on none where it says that it is ROW_LOCAL, as the host does.
pub(crate) fn fitted<T: Transform>(
    given: &Given<'_>,
    axis: &Axis,
    rows: &[Vec<f64>],
) -> Result<T, Error> {
    let mut t = made::<T>(given)?;
    assert!(T::INFO.flags.has(t.flags()), "an instance does more than its plugin may");
    let rows = if t.flags().has(Flags::ROW_LOCAL) { &[] } else { rows };
    let flat = rows.concat();
    let x = Matrix::new(&flat, rows.len(), axis.len())?;
    t.fit(&Training { axis, x, y: None, weights: None }, &Call::alone())?;
    Ok(t)
}

/// Output rows and status bytes.
pub(crate) fn run<T: Transform>(t: &T, rows: &[Vec<f64>]) -> (Rows, Vec<u8>) {
    let cols_in = rows.first().map_or(0, Vec::len);
    let cols = t.output().expect("fitted").len();
    let (flat, mut out) = (rows.concat(), vec![0.5; rows.len() * cols]);
    let mut status = vec![9; rows.len()];
    let x = Matrix::new(&flat, rows.len(), cols_in).expect("shape");
    let to = MatrixMut::new(&mut out, rows.len(), cols).expect("shape");
    t.apply(x, to, &mut status, &Call::alone()).expect("apply");
    (out.chunks(cols).map(<[f64]>::to_vec).collect(), status)
}

/// All that every transform must do, on rows that it accepts: rows stand alone, states hold, lowered equals applied.
pub(crate) fn behaves<T: Transform>(given: &Given<'_>, t: &T, rows: &[Vec<f64>], tolerance: f64) {
    rows_stand_alone(t, rows);
    shapes_are_checked(t, rows);
    states_hold(given, t, rows);
    lowered_equals_applied(t, rows, tolerance);
}

/// Bit patterns, so that NaN equals NaN and nothing else counts as equal.
fn bits(rows: &[Vec<f64>]) -> Vec<Vec<u64>> {
    rows.iter().map(|r| r.iter().map(|v| v.to_bits()).collect()).collect()
}

fn rows_stand_alone<T: Transform>(t: &T, rows: &[Vec<f64>]) {
    let (whole, status) = run(t, rows);
    assert!(status.iter().all(|s| *s == 0), "the rows given must be acceptable: {status:?}");
    let reversed: Rows = rows.iter().rev().cloned().collect();
    let mut back = run(t, &reversed).0;
    back.reverse();
    assert_eq!(bits(&whole), bits(&back), "the order of rows matters");
    let single: Rows = rows.iter().flat_map(|r| run(t, std::slice::from_ref(r)).0).collect();
    assert_eq!(bits(&whole), bits(&single), "the other rows of a batch matter");
    for (bad, with) in [(0, f64::NAN), (rows.len() - 1, f64::INFINITY)] {
        let mut spoilt = rows.to_vec();
        spoilt[bad].fill(with);
        let (out, status) = run(t, &spoilt);
        for (i, row) in out.iter().enumerate() {
            if i == bad {
                assert_eq!(status[i], 1, "a row that is not finite must be refused");
                assert!(row.iter().all(|v| v.is_nan()));
            } else {
                assert_eq!(status[i], 0);
                assert_eq!(bits(&whole)[i], bits(&out)[i], "a bad row touched row {i}");
            }
        }
    }
}

fn shapes_are_checked<T: Transform>(t: &T, rows: &[Vec<f64>]) {
    let (n_in, n_out) = (rows[0].len(), t.output().expect("fitted").len());
    for (cols_in, cols_out, flags) in
        [(n_in + 1, n_out, 1), (n_in, n_out + 1, 1), (n_in, n_out, 2), (0, n_out, 1)]
    {
        let (x, mut out, mut status) = (vec![1.0; cols_in], vec![0.0; cols_out], vec![0; flags]);
        let x = Matrix::new(&x, 1, cols_in).expect("shape");
        let to = MatrixMut::new(&mut out, 1, cols_out).expect("shape");
        assert!(
            t.apply(x, to, &mut status, &Call::alone()).is_err(),
            "{cols_in} columns in and {cols_out} out were accepted"
        );
    }
}

fn saved<T: Transform>(t: &T) -> Vec<u8> {
    let mut to = StateWriter::default();
    t.save(&mut to).expect("save");
    to.into_bytes()
}

fn states_hold<T: Transform>(given: &Given<'_>, t: &T, rows: &[Vec<f64>]) {
    let (version, bytes) = (T::INFO.state_version, saved(t));
    let mut other = made::<T>(given).expect("parameters");
    assert!(other.save(&mut StateWriter::default()).is_err(), "saved without a fit");
    assert!(other.output().is_err() && other.lower().is_err(), "answered without a fit");
    other.load(&mut StateReader::new(&bytes), version).expect("load");
    assert_eq!(bytes, saved(&other), "saving what was loaded gives other bytes");
    assert_eq!(t.output().expect("fitted"), other.output().expect("loaded"));
    assert_eq!(bits(&run(t, rows).0), bits(&run(&other, rows).0), "a loaded state works otherwise");
    for cut in 0..bytes.len() {
        assert!(other.load(&mut StateReader::new(&bytes[..cut]), version).is_err(), "cut at {cut}");
    }
    assert_eq!(bytes, saved(&other), "a failed load left something behind");
    for (i, mask) in (0..bytes.len()).flat_map(|i| [(i, 0x01), (i, 0x80), (i, 0xff)]) {
        let mut spoilt = bytes.clone();
        spoilt[i] ^= mask;
        let mut victim = made::<T>(given).expect("parameters");
        // Another number may be a valid state too; it must then be the state, and work without a panic.
        if victim.load(&mut StateReader::new(&spoilt), version).is_ok() {
            let again = saved(&victim);
            assert_eq!(again[..], spoilt[..again.len()], "byte {i} read as something else");
            if again.len() == spoilt.len() {
                run(&victim, rows);
                let _ = victim.lower();
            }
        }
    }
}

fn lowered_equals_applied<T: Transform>(t: &T, rows: &[Vec<f64>], tolerance: f64) {
    let ops = t.lower().expect("a lowered form");
    for (row, want) in rows.iter().zip(run(t, rows).0) {
        let got = lowered(&ops, row).expect("the ops refused a row that apply takes");
        close(&got, &want, tolerance);
    }
}

/// Asserts equal lengths and differences within `tolerance` of the largest wanted value.
pub(crate) fn close(got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    let top = want.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= tolerance * top, "value {i}: {g} instead of {w}");
    }
}

/// The ops on one row, as their table in the contract tells; `None` for a refused row.
pub(crate) fn lowered(ops: &[Op], row: &[f64]) -> Option<Vec<f64>> {
    ops.iter().try_fold(row.to_vec(), |x, op| step(op, x))
}

fn step(op: &Op, mut x: Vec<f64>) -> Option<Vec<f64>> {
    let dot = |c: &[f64], v: &[f64]| c.iter().zip(v).map(|(a, b)| a * b).sum::<f64>();
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    match op {
        Op::Gather { n_in, index } => {
            assert_eq!(*n_in, x.len());
            x = index.iter().map(|i| x[*i]).collect();
        }
        Op::AffineBanded { n_in, bands, bias } => {
            assert_eq!((*n_in, bands.len()), (x.len(), bias.len()));
            let one = |(b, c): (&adit_plugin::Band, &f64)| {
                c + dot(&b.coefficients, &x[b.first..b.first + b.coefficients.len()])
            };
            x = bands.iter().zip(bias).map(one).collect();
        }
        Op::AffineDense { n_in, coefficients, bias } => {
            assert_eq!((*n_in, coefficients.len()), (x.len(), x.len() * bias.len()));
            x = coefficients.chunks(*n_in).zip(bias).map(|(c, b)| b + dot(c, &x)).collect();
        }
        Op::RowCentre => {
            let m = mean(&x);
            x.iter_mut().for_each(|v| *v -= m);
        }
        Op::RowScale { norm: Norm::Sd, ddof, floor } => {
            let m = mean(&x);
            let ss: f64 = x.iter().map(|v| (v - m) * (v - m)).sum();
            let sd = (ss / (x.len() as f64 - f64::from(*ddof))).sqrt();
            x.iter_mut().for_each(|v| *v /= sd);
            return (sd > *floor).then_some(x);
        }
        Op::RegressBasis { n, divide, basis, inverse, floor } => {
            assert_eq!((*n, basis.len()), (x.len(), inverse.len()));
            let c: Vec<f64> = inverse.chunks(*n).map(|p| dot(p, &x)).collect();
            for (j, b) in basis.chunks(*n).enumerate().filter(|(j, _)| j != divide) {
                x.iter_mut().zip(b).for_each(|(v, b)| *v -= c[j] * b);
            }
            x.iter_mut().for_each(|v| *v /= c[*divide]);
            return (c[*divide] > *floor).then_some(x);
        }
        Op::Log10 { columns, floor } => {
            for j in columns {
                x[*j] = (x[*j] > *floor).then(|| x[*j].log10())?;
            }
        }
        Op::Ratio { column, by, c0, c1, floor } => {
            let divisor = c0 + c1 * x[*by];
            x[*column] = (divisor > *floor).then(|| x[*column] / divisor)?;
        }
        Op::Harmonic { column, order, period } => {
            let phase = std::f64::consts::TAU * f64::from(*order) * x[*column] / period;
            x.extend([phase.sin(), phase.cos()]);
        }
        other => panic!("no built-in transform lowers to {other:?}"),
    }
    Some(x)
}
