//! Real spectra, coefficients and predictions of scikit-learn and scipy (`golden/make_golden.py`): the node in f32 against them.

mod support;

use std::path::{Path, PathBuf};

use adit_engine::lowered::Band;
use adit_engine::{Matrix, Op};
use adit_export::{Analyte, Compiled, ExportInput, compile};
use adit_node::{Model, Status};
use support::{OUT, OpChain, snv};

struct Golden {
    rmsecv: f64,
    bias: f64,
    weights: Vec<f64>,
    bands: Vec<Band>,
    rows: Vec<(usize, f64)>,
}

fn golden(name: &str) -> Golden {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
    let mut g = Golden { rmsecv: 0.0, bias: 0.0, weights: vec![], bands: vec![], rows: vec![] };
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let (key, rest) = line.split_once(' ').unwrap();
        let numbers: Vec<f64> = rest.split(' ').map(|v| v.parse().unwrap()).collect();
        match key {
            "rmsecv" => g.rmsecv = numbers[0],
            "bias" => g.bias = numbers[0],
            "weights" => g.weights = numbers,
            "band" => g
                .bands
                .push(Band { first: numbers[0] as usize, coefficients: numbers[1..].to_vec() }),
            "row" => g.rows.push((numbers[0] as usize, numbers[1])),
            other => panic!("{other}"),
        }
    }
    g
}

fn spectra(path: &str) -> Matrix {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|l| l.split(',').skip(1).map(|v| v.trim().parse().unwrap()).collect())
        .collect();
    let (n, p) = (rows.len(), rows[0].len());
    Matrix::new(rows.concat(), n, p).unwrap()
}

/// The first channels that are left out, filter, SNV, coefficients.
fn ops(g: &Golden, channels: usize, with_snv: bool) -> Vec<Op> {
    let p = g.weights.len();
    let mut ops = Vec::new();
    if p < channels {
        ops.push(Op::Gather { n_in: channels, index: (channels - p..channels).collect() });
    }
    if !g.bands.is_empty() {
        // Five rows of the left edge, an inner one that moves along, five of the right edge.
        let inner = |i: usize| Band { first: i - 5, coefficients: g.bands[5].coefficients.clone() };
        let bands = g.bands[..5]
            .iter()
            .cloned()
            .chain((5..p - 5).map(inner))
            .chain(g.bands[6..].iter().cloned());
        ops.push(Op::AffineBanded { n_in: p, bands: bands.collect(), bias: vec![0.0; p] });
    }
    if with_snv {
        ops.extend(snv());
    }
    ops.extend([
        Op::AffineDense { n_in: p, coefficients: g.weights.clone(), bias: vec![g.bias] },
        OUT,
    ]);
    ops
}

fn export(models: &[(&str, &str)], x: &Matrix, snv: bool, allowed: f64) -> Compiled {
    let goldens: Vec<Golden> = models.iter().map(|(file, _)| golden(file)).collect();
    let chains: Vec<OpChain> = goldens
        .iter()
        .zip(models)
        .map(|(g, (_, name))| OpChain::new(name, x.cols(), ops(g, x.cols(), snv)))
        .collect();
    let analytes: Vec<Analyte<'_>> = chains
        .iter()
        .zip(&goldens)
        .map(|(chain, g)| Analyte { chain, rmsecv: Some(g.rmsecv) })
        .collect();
    let input = ExportInput {
        name: models[0].0,
        mine: "golden",
        provenance: [0; 16],
        analytes: &analytes,
        left_out: &[],
        rows: x,
        allowed,
        seed: 1,
    };
    let made = compile(&input).unwrap();
    // Not only adit against adit: scikit-learn's own predictions of the same rounded rows.
    let model = Model::load(&made.blob).unwrap();
    let mut scratch = vec![0.0; model.scratch_len()];
    let (mut values, mut status) = (vec![0.0; models.len()], vec![Status::Ok; models.len()]);
    for (k, g) in goldens.iter().enumerate() {
        let mut worst = 0.0_f64;
        for (i, want) in &g.rows {
            let row: Vec<f32> = x.row(*i).iter().map(|v| *v as f32).collect();
            model.predict(&row, &mut scratch, &mut values, &mut status).unwrap();
            assert_eq!(status[k], Status::Ok);
            worst = worst.max((f64::from(values[k]) - want).abs());
        }
        let share = worst / g.rmsecv;
        println!(
            "{}: {share:.2e} of RMSECV, {} bytes, notes {:?}",
            models[k].0,
            made.blob.len(),
            made.notes
        );
        assert!(
            share <= allowed && share <= made.bounds[k].of_rmsecv + 1e-9,
            "{}: {share}",
            models[k].0
        );
    }
    made
}

#[test]
fn reservoir_iron_and_manganese_within_1e_4_of_rmsecv() {
    let x = spectra("calibration/mines/fcr_uvvis_fe_mn_2020/captures/spectra.csv");
    let made = export(&[("fcr_fe", "Fe (total)"), ("fcr_mn", "Mn (total)")], &x, false, 1e-4);
    // One section without a buffer: the input is read where it lies, from 250 nm on.
    assert_eq!(made.scratch_bytes, 0);
    assert_eq!(made.blob.len(), 64 + 24 + 16 + 2 * (52 + 4 * 194));
}

#[test]
fn meat_fat_within_1e_3_of_rmsecv() {
    let x = spectra("benches/data/tecator_meat/spectra.csv");
    for (file, snv, allowed) in [
        ("tecator_snv", true, 1e-4),
        ("tecator_derivative_snv", true, 1e-4),
        ("tecator_plain", false, 1e-3),
        ("tecator_derivative", false, 1e-3),
    ] {
        let made = export(&[(file, "fat")], &x, snv, allowed);
        // Nothing near a dense matrix of 100 x 100: weights, filter, edges, at most a reference row.
        assert!(made.blob.len() < 2000, "{file}: {}", made.blob.len());
    }
}

#[test]
fn a_reference_row_is_added_only_where_the_plain_form_is_too_coarse() {
    let x = spectra("benches/data/tecator_meat/spectra.csv");
    let has = |made: &Compiled| made.notes.iter().any(|n| n.contains("reference row"));
    assert!(!has(&export(&[("tecator_snv", "fat")], &x, true, 1e-3)));
    // 7.2e-4 of RMSECV in the plain form.
    let made = export(&[("tecator_plain", "fat")], &x, false, 1e-3);
    assert!(has(&made) && made.bounds[0].of_rmsecv < 3e-4, "{:?}", made.bounds);
    assert_eq!(made.blob.len(), 64 + 24 + 400 + 52 + 400);
}
