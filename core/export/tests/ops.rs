//! Every op kind on the node against the engine's f64 interpreter, on rows that the exporter has not seen.

mod support;

use adit_engine::lowered::run_row;
use adit_engine::{Matrix, Op};
use adit_node::{Model, Status};
use support::{
    OUT, OpChain, cases, compile_case, compile_within, derivative, snv, spectra, water, weights,
};

fn predict(blob: &[u8], row: &[f32]) -> (Vec<f32>, Vec<Status>) {
    let model = Model::load(blob).unwrap();
    let mut scratch = vec![f32::NAN; model.scratch_len()];
    let mut values = vec![7.0; model.output_len()];
    let mut status = vec![Status::Range; model.output_len()];
    model.predict(row, &mut scratch, &mut values, &mut status).unwrap();
    (values, status)
}

/// Order of the outputs by name.
fn places(blob: &[u8], chains: &[OpChain]) -> Vec<usize> {
    let model = Model::load(blob).unwrap();
    let of = |c: &OpChain| {
        (0..model.output_len()).find(|k| model.output(*k).unwrap().name == c.name).unwrap()
    };
    chains.iter().map(of).collect()
}

#[test]
fn every_op_on_unseen_rows() {
    for (name, chains, rows) in cases() {
        let made = compile_case(name, &chains, &rows).unwrap_or_else(|e| panic!("{name}: {e}"));
        let unseen = if rows.cols() == 4 { water(200, 99) } else { spectra(200, rows.cols(), 99) };
        let places = places(&made.blob, &chains);
        for row in unseen.iter_rows() {
            let single: Vec<f32> = row.iter().map(|v| *v as f32).collect();
            let double: Vec<f64> = single.iter().map(|v| f64::from(*v)).collect();
            let (values, status) = predict(&made.blob, &single);
            for (chain, k) in chains.iter().zip(&places) {
                let Ok(want) = run_row(&chain.plain(), &double).unwrap() else {
                    assert_eq!(status[*k], Status::Floor, "{name}");
                    continue;
                };
                let want = want[0];
                assert_eq!(status[*k], Status::Ok, "{name}");
                let got = f64::from(values[*k]);
                assert!((got - want).abs() <= 2e-5 * want.abs().max(1.0), "{name}: {got} {want}");
            }
        }
    }
}

#[test]
fn a_constant_row_is_refused_at_any_height() {
    for (name, chains, rows) in cases()
        .into_iter()
        .filter(|c| matches!(c.0, "snv" | "derivative_snv" | "msc" | "sd" | "msc_then_snv"))
    {
        let made = compile_case(name, &chains, &rows).unwrap();
        for height in [0.0, 0.1, 0.3, 1.0 / 3.0, 2.7, 1234.567, 65535.0] {
            let (values, status) = predict(&made.blob, &vec![height as f32; rows.cols()]);
            assert!(status.iter().all(|s| *s == Status::Floor), "{name} at {height}: {status:?}");
            assert!(values.iter().all(|v| v.is_nan()));
        }
    }
}

#[test]
fn only_channels_that_are_read_must_be_finite() {
    let (name, chains, rows) = cases().into_iter().find(|c| c.0 == "range_snv").unwrap();
    let made = compile_case(name, &chains, &rows).unwrap();
    let mut row: Vec<f32> = rows.row(0).iter().map(|v| *v as f32).collect();
    row[0] = f32::NAN;
    row[40] = f32::INFINITY;
    assert_eq!(predict(&made.blob, &row).1, [Status::Ok]);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        row[9] = bad;
        assert_eq!(predict(&made.blob, &row).1, [Status::Input]);
    }
    row[9] = 3.0e38;
    row[10] = -3.0e38;
    assert_ne!(predict(&made.blob, &row).1, [Status::Ok]);
}

#[test]
fn channels_between_two_ranges_are_not_read() {
    let n = 41;
    let index: Vec<usize> = (2..9).chain(12..20).collect();
    let ops = vec![Op::Gather { n_in: n, index: index.clone() }, weights(index.len(), 1), OUT];
    let rows = spectra(20, n, 3);
    let made = compile_case("ranges", &[OpChain::new("Fe", n, ops)], &rows).unwrap();
    for j in 0..n {
        let mut row: Vec<f32> = rows.row(0).iter().map(|v| *v as f32).collect();
        row[j] = f32::NAN;
        let want = if index.contains(&j) { Status::Input } else { Status::Ok };
        assert_eq!(predict(&made.blob, &row).1, [want], "channel {j}");
    }
}

#[test]
fn a_selection_of_a_selection_that_is_everything_leaves_nothing() {
    // Ten channels spread over twenty places, of which a step keeps these ten.
    let spread =
        Op::Gather { n_in: 10, index: (0..20).map(|j: usize| j.saturating_sub(10)).collect() };
    let keep = Op::Gather { n_in: 20, index: (10..20).collect() };
    let chain = OpChain::new("Fe", 10, vec![spread, keep, weights(10, 1), OUT]);
    let made = compile_case("nothing", &[chain], &spectra(9, 10, 1)).unwrap();
    assert_eq!((made.blob.len(), made.scratch_bytes), (64 + 24 + 52 + 40, 0), "{:?}", made.notes);
}

#[test]
fn calibration_rows_may_lack_what_is_not_read() {
    let (name, chains, mut rows) = cases().into_iter().find(|c| c.0 == "log_ec").unwrap();
    for i in 0..rows.rows() {
        rows.row_mut(i)[1] = f64::NAN;
    }
    let made = compile_case(name, &chains, &rows).unwrap();
    assert_eq!(made.bounds[0].rows, 30);
    assert!(made.c_source.contains("NAN, "));
    rows.row_mut(4)[0] = f64::NAN;
    assert_eq!(compile_case(name, &chains, &rows).unwrap().bounds[0].rows, 29);
}

#[test]
fn logs_and_ratios_are_refused_at_their_floors() {
    for (name, chains, rows) in cases().into_iter().filter(|c| c.0 == "log_ec" || c.0 == "season") {
        let made = compile_case(name, &chains, &rows).unwrap();
        let mut row: Vec<f32> = rows.row(0).iter().map(|v| *v as f32).collect();
        for ec in [0.0, -5.0] {
            row[0] = ec;
            assert_eq!(predict(&made.blob, &row).1, [Status::Floor], "{name}");
        }
    }
}

#[test]
fn outputs_of_one_section_fail_alone() {
    // Two sections: the second one divides by a spread that a flat derivative lacks.
    let n = 41;
    let flat = [
        vec![derivative(n), weights(n, 1), OUT],
        [snv().to_vec(), vec![weights(n, 2), OUT]].concat(),
    ];
    let chains: Vec<OpChain> =
        flat.into_iter().zip(["a", "b"]).map(|(ops, name)| OpChain::new(name, n, ops)).collect();
    let made = compile_case("two", &chains, &spectra(20, n, 5)).unwrap();
    assert_eq!(predict(&made.blob, &vec![1.0; n]).1, [Status::Ok, Status::Floor]);
}

#[test]
fn shared_preprocessing_is_one_section_and_filters_store_their_taps_once() {
    let all = cases();
    let find = |name: &str| all.iter().find(|c| c.0 == name).unwrap();
    let (name, chains, rows) = find("snv");
    let made = compile_case(name, chains, rows).unwrap();
    assert!(
        made.notes.iter().any(|n| n.contains("shares its preprocessing with Fe")),
        "{:?}",
        made.notes
    );
    // Two weight rows of 41, two heads of 52, a section head, a header, two small ops.
    assert_eq!(made.blob.len(), 64 + 24 + 8 + 8 + 16 + 2 * (52 + 4 * 41));
    assert_eq!(made.scratch_bytes, 4 * 41);

    let (name, chains, rows) = find("derivative");
    let made = compile_case(name, chains, rows).unwrap();
    assert!(made.notes.iter().any(|n| n.contains("folded")), "{:?}", made.notes);
    assert_eq!((made.blob.len(), made.scratch_bytes), (64 + 24 + 52 + 4 * 41, 0));

    // Filter: 9 words, 4 inner taps, 4 edge rows of 3 + 4 words.
    let chain = OpChain::new(
        "Fe",
        41,
        [vec![derivative(41)], snv().to_vec(), vec![weights(41, 1), OUT]].concat(),
    );
    let made = compile_case("filtered", &[chain], &spectra(20, 41, 1)).unwrap();
    let filter = 8 + 4 * (9 + 4 + 4 * 7);
    assert_eq!(made.blob.len(), 64 + 24 + filter + 8 + 8 + 16 + 52 + 4 * 41);
}

#[test]
fn what_has_no_short_form_is_refused_with_its_step_and_reason() {
    let n = 41;
    let rows = spectra(20, n, 1);
    let dense = Op::AffineDense {
        n_in: n,
        coefficients: (0..n * n).map(|i| ((i * 7919) % 101) as f64 / 101.0).collect(),
        bias: vec![0.0; n],
    };
    let refused = |ops: Vec<Op>| {
        compile_case("no", &[OpChain::new("Fe", n, ops)], &rows).unwrap_err().to_string()
    };
    let why = refused([vec![dense.clone()], snv().to_vec(), vec![weights(n, 1), OUT]].concat());
    assert!(why.contains("Fe") && why.contains("step 1") && why.contains("full matrix"), "{why}");
    // The same matrix right before the coefficients folds into them.
    assert!(
        compile_case("yes", &[OpChain::new("Fe", n, vec![dense, weights(n, 1), OUT])], &rows)
            .is_ok()
    );
    let score = Op::Score {
        centre: vec![0.0; n],
        scale: vec![1.0; n],
        rotations: vec![0.1; n],
        loadings: vec![0.1; n],
    };
    let why = refused(vec![
        score,
        Op::AffineDense { n_in: 1, coefficients: vec![1.0], bias: vec![0.0] },
        OUT,
    ]);
    assert!(why.contains("scores"), "{why}");
    let why = refused(vec![Op::RowCentre]);
    assert!(why.contains("41 values"), "{why}");
}

#[test]
fn a_model_too_sensitive_for_f32_gives_no_file() {
    // Huge coefficients that cancel: the value is 1e-9 of its terms.
    let n = 41;
    let coefficients = (0..n).map(|i| if i % 2 == 0 { 1e9 } else { -1e9 }).collect();
    let ops = vec![Op::AffineDense { n_in: n, coefficients, bias: vec![0.0] }, OUT];
    let e = compile_within("rough", &[OpChain::new("Fe", n, ops)], &spectra(20, n, 1), 1e-9)
        .unwrap_err();
    assert!(e.to_string().contains("of RMSECV"), "{e}");
}

#[test]
fn lying_ops_are_caught() {
    struct Liar(OpChain);
    impl adit_export::FittedChain for Liar {
        fn name(&self) -> &str {
            "Fe"
        }
        fn unit(&self) -> &str {
            "mg/L"
        }
        fn input_axis(&self) -> &adit_engine::Axis {
            &self.0.axis
        }
        fn lower(&self) -> adit_engine::Result<Vec<(String, Op)>> {
            self.0.lower()
        }
        fn apply(&self, rows: &Matrix) -> adit_engine::Result<Vec<Option<f64>>> {
            Ok(self.0.apply(rows)?.into_iter().map(|v| v.map(|v| v * (1.0 + 1e-7))).collect())
        }
    }
    let liar = Liar(OpChain::new("Fe", 41, vec![weights(41, 1), OUT]));
    let analytes = [adit_export::Analyte { chain: &liar, rmsecv: None }];
    let rows = spectra(5, 41, 1);
    let input = adit_export::ExportInput {
        name: "liar",
        mine: "m",
        provenance: [0; 16],
        analytes: &analytes,
        left_out: &[],
        rows: &rows,
        allowed: 1.0,
        seed: 1,
    };
    let e = adit_export::compile(&input).unwrap_err().to_string();
    assert!(e.contains("lowered ops are not the chain"), "{e}");
}
