//! What a calibration refuses, reports and never lets happen.

mod common;

use adit_calibration::set::{CalibrationSet, Reference};
use adit_calibration::{
    AnalyteModel, Error, ErrorKind, Loaded, Model, Options, calibrate, predict,
};
use adit_engine::recipe::Components;
use adit_host::Host;
use common::slow::{Nipals, one_se, without};
use common::{Random, pls, set, set_of, waters};

fn host() -> Host {
    adit_host::testing::host()
}

fn failed(set: &CalibrationSet, target: &str, options: &Options) -> Error {
    calibrate(set, &pls("", target), &host(), options).unwrap_err()
}

fn small(seed: u64, n: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    waters(&mut Random(seed), n, 20)
}

fn references(y: &[f64]) -> Vec<Reference> {
    y.iter().map(|v| Reference::Measured(*v)).collect()
}

#[test]
fn a_value_that_is_not_finite_is_named() {
    let (mut x, y) = small(1, 10);
    x[3][4] = f64::NAN;
    let error = failed(&set(&x, &y), "", &Options::default());
    assert_eq!((error.kind(), error.sample()), (ErrorKind::Input, Some("s3")));
    assert_eq!(error.column(), Some("258 nm"));
    // A channel that is not read may be dead, and so may a sample without a reference.
    let steps = "[[step]]\nplugin = \"adit.select.range\"\nranges = [260, 290]";
    assert!(calibrate(&set(&x, &y), &pls(steps, ""), &host(), &Options::default()).is_ok());
    let mut unmeasured = references(&y);
    unmeasured[3] = Reference::Missing;
    let ids = (0..10).map(|i| format!("s{i}")).collect();
    let set = set_of(ids, &x, vec![("Zn", unmeasured)]);
    let model = calibrate(&set, &pls("", ""), &host(), &Options::default()).unwrap();
    assert_eq!((model.analytes[0].n, model.analytes[0].missing), (9, 1));
}

#[test]
fn too_few_samples_for_the_components_names_the_numbers() {
    let (x, y) = small(2, 3);
    let five = Options { components: Some(Components::Fixed(5)), ..Options::default() };
    let error = failed(&set(&x, &y), "", &five);
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.what().contains("5 components") && error.what().contains("3 samples"), "{error}");
    let error = failed(&set(&x[..2], &y[..2]), "", &Options::default());
    assert!(error.what().contains("too few samples"), "{error}");
    let sixteen = Options { components: Some(Components::Fixed(16)), ..Options::default() };
    let (x, y) = small(2, 30);
    assert_eq!(failed(&set(&x, &y), "", &sixteen).kind(), ErrorKind::Usage);
}

#[test]
fn a_constant_analyte_alone_is_an_error_and_beside_others_unfit() {
    let (x, y) = small(3, 12);
    let ids: Vec<String> = (0..12).map(|i| format!("s{i}")).collect();
    let constant = references(&[0.5; 12]);
    let alone = set_of(ids.clone(), &x, vec![("Cd", constant.clone())]);
    let error = failed(&alone, "", &Options::default());
    assert!(error.what().contains("constant") && error.column() == Some("Cd"), "{error}");
    let both = set_of(ids, &x, vec![("Cd", constant), ("Zn", references(&y))]);
    let model = calibrate(&both, &pls("", ""), &host(), &Options::default()).unwrap();
    assert!(model.analyte("Cd").unwrap().unfit.as_ref().unwrap().contains("constant"));
    assert!(model.analyte("Zn").unwrap().unfit.is_none());
    assert_eq!(model.usable(), 1);
    let loaded = Loaded::new(model, &host()).unwrap();
    let samples = predict(&loaded, &both.table, 0.95).unwrap();
    assert_eq!(samples[0].analytes[0].reasons, ["unfit"]);
    assert_eq!(samples[0].analytes[0].value, None);
    let filtered = Options { analytes: vec!["Cd".into()], ..Options::default() };
    assert!(failed(&both, "", &filtered).what().contains("constant"));
    let unknown = Options { analytes: vec!["Au".into()], ..Options::default() };
    assert_eq!(failed(&both, "", &unknown).kind(), ErrorKind::Usage);
}

#[test]
fn a_reference_without_logarithm_is_named() {
    let (x, mut y) = small(4, 10);
    y[6] = 0.0;
    let error = failed(&set(&x, &y), "[target]\ntransform = \"log10\"", &Options::default());
    assert_eq!((error.kind(), error.sample()), (ErrorKind::Input, Some("s6")));
}

#[test]
fn censored_rows_are_left_out_counted_and_warned_of() {
    let (x, y) = small(5, 16);
    let mut censored = references(&y);
    censored[2] = Reference::Below(0.05);
    censored[9] = Reference::Below(0.02);
    let ids = (0..16).map(|i| format!("s{i}")).collect();
    let set = set_of(ids, &x, vec![("Zn", censored)]);
    let model = calibrate(&set, &pls("", ""), &host(), &Options::default()).unwrap();
    let zn = &model.analytes[0];
    assert_eq!((zn.n, zn.censored, zn.lod), (14, 2, Some(0.05)));
    assert_eq!(zn.interval.unwrap().floor_share, 0.25);
    let samples = predict(&Loaded::new(model, &host()).unwrap(), &set.table, 0.95).unwrap();
    assert!(samples.iter().all(|s| s.analytes[0].verdict != adit_calibration::Verdict::Ok));
}

/// Everything about one model by plain loops: RMSECV of every count, the choice, cross-validated Q, RMSEC.
#[test]
fn figures_and_residuals_are_those_of_plain_loops() {
    let (x, y) = small(6, 18);
    let set = set(&x, &y);
    let model = calibrate(&set, &pls("", ""), &host(), &Options::default()).unwrap();
    let zn = &model.analytes[0];
    let max = 7; // (17 - 2) / 2
    let mut errors = vec![];
    for i in 0..18 {
        let m = Nipals::fit(&without(&x, &[i]), &without(&y, &[i]), max);
        errors.push((0..=max).map(|a| (m.at(&x[i], a).0 - y[i]).powi(2)).collect::<Vec<f64>>());
        let q = m.at(&x[i], zn.components()).2;
        let got = zn.rows.as_ref().unwrap().q_cross_validated[i].unwrap();
        assert!((got / q - 1.0).abs() < 1e-8, "{got} {q}");
    }
    assert_eq!(zn.components(), one_se(&errors));
    for (a, got) in zn.figures.rmsecv_by_component.iter().enumerate() {
        let want = (errors.iter().map(|e| e[a]).sum::<f64>() / 18.0).sqrt();
        assert!((got.unwrap() / want - 1.0).abs() < 1e-8);
    }
    let m = Nipals::fit(&x, &y, max);
    let sum: f64 = (0..18).map(|i| (m.at(&x[i], zn.components()).0 - y[i]).powi(2)).sum();
    assert!((zn.figures.rmsec.unwrap() / (sum / 18.0).sqrt() - 1.0).abs() < 1e-8);
    let (_, h, q) = m.at(&x[5], zn.components());
    let rows = zn.rows.as_ref().unwrap();
    assert!((rows.leverage[5].unwrap() - h).abs() < 1e-8);
    assert!((rows.q[5].unwrap() / q - 1.0).abs() < 1e-8);
}

fn scaled(model: &Model) -> Vec<Vec<f64>> {
    model
        .analytes
        .iter()
        .map(|a: &AnalyteModel| a.rows.as_ref().unwrap().out_of_fold.concat())
        .collect()
}

/// Whatever stands in the rows that a fold leaves out, its predictions of its other test rows stay the same. The batched route sums
/// over all rows and takes the fold's off again: hence rounding, and no more, is allowed.
#[test]
fn held_out_rows_cannot_change_the_fit_of_their_fold() {
    for steps in
        ["", "[[step]]\nplugin = \"adit.scatter.msc\"", "[[step]]\nplugin = \"adit.scatter.snv\""]
    {
        let (mut x, mut y) = small(7, 20);
        let recipe = pls(steps, "");
        let options = Options {
            cv: Some("venetian=4".parse().unwrap()),
            components: Some(Components::Fixed(3)),
            ..Options::default()
        };
        let before = calibrate(&set(&x, &y), &recipe, &host(), &options).unwrap();
        // Row 5 belongs to fold 1 with rows 1, 9, 13 and 17.
        x[5].iter_mut().enumerate().for_each(|(j, v)| *v = 0.7 + 0.1 * (j as f64).sin());
        y[5] = 40.0;
        let after = calibrate(&set(&x, &y), &recipe, &host(), &options).unwrap();
        let (a, b) =
            (before.analytes[0].rows.as_ref().unwrap(), after.analytes[0].rows.as_ref().unwrap());
        for row in [1, 9, 13, 17] {
            for (p, q) in a.out_of_fold[row].iter().zip(&b.out_of_fold[row]) {
                assert!((p - q).abs() <= 1e-10 * p.abs().max(1.0), "{steps} row {row}: {p} {q}");
            }
        }
        assert_ne!(a.out_of_fold[0], b.out_of_fold[0]);
    }
}

#[test]
fn the_order_of_samples_does_not_matter_for_leave_one_out() {
    let (x, y) = small(8, 14);
    let order: Vec<usize> = (0..14).map(|i| (5 * i + 3) % 14).collect();
    let (px, py): (Vec<Vec<f64>>, Vec<f64>) = order.iter().map(|i| (x[*i].clone(), y[*i])).unzip();
    let one = calibrate(&set(&x, &y), &pls("", ""), &host(), &Options::default()).unwrap();
    let other = calibrate(&set(&px, &py), &pls("", ""), &host(), &Options::default()).unwrap();
    assert_eq!(one.analytes[0].components(), other.analytes[0].components());
    let (a, b) = (scaled(&one).concat(), scaled(&other).concat());
    let width = a.len() / 14;
    for (k, i) in order.iter().enumerate() {
        for c in 0..width {
            assert!((a[i * width + c] - b[k * width + c]).abs() < 1e-10);
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let (x, y) = small(9, 24);
    let ids: Vec<String> = (0..24).map(|i| format!("s{i}")).collect();
    let second: Vec<f64> = y.iter().zip(&x).map(|(v, r)| v + r[3]).collect();
    let set = set_of(ids, &x, vec![("Zn", references(&y)), ("Mn", references(&second))]);
    let host = host();
    for steps in ["", "[[step]]\nplugin = \"adit.scatter.msc\""] {
        let bytes = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let options =
                Options { cv: Some("repeated=5x3".parse().unwrap()), ..Options::default() };
            let model = pool.install(|| calibrate(&set, &pls(steps, ""), &host, &options)).unwrap();
            model.to_bytes().unwrap()
        };
        assert_eq!(bytes(1), bytes(2));
        assert_eq!(bytes(2), bytes(5));
    }
}

#[test]
fn joint_targets_share_rows_and_one_component_count() {
    let (x, y) = small(10, 20);
    let ids: Vec<String> = (0..20).map(|i| format!("s{i}")).collect();
    let mut second: Vec<Reference> =
        y.iter().zip(&x).map(|(v, r)| Reference::Measured(v + 50.0 * r[3])).collect();
    second[4] = Reference::Missing;
    let set = set_of(ids, &x, vec![("Zn", references(&y)), ("Mn", second)]);
    let mut recipe = pls("", "");
    recipe.regressor.targets = adit_engine::recipe::Targets::Joint;
    let model = calibrate(&set, &recipe, &host(), &Options::default()).unwrap();
    let (zn, mn) = (&model.analytes[0], &model.analytes[1]);
    assert_eq!((zn.n, mn.n, zn.components()), (19, 19, mn.components()));
    assert!(zn.figures.r2cv.unwrap() > 0.5 && mn.figures.r2cv.unwrap() > 0.5);
    assert_eq!(zn.chain.as_ref().unwrap().targets, 2);
    let loaded = Loaded::new(model, &host()).unwrap();
    let estimates = predict(&loaded, &set.table, 0.95).unwrap();
    let rmse = |k: usize| {
        let e: f64 = (0..20)
            .filter(|i| *i != 4)
            .map(|i| {
                let y = set.analytes[k].references[i].measured().unwrap();
                (estimates[i].analytes[k].unjudged.value.unwrap() - y).powi(2)
            })
            .sum();
        (e / 19.0).sqrt()
    };
    assert!((rmse(0) / loaded.model().analytes[0].figures.rmsec.unwrap() - 1.0).abs() < 1e-9);
    assert!((rmse(1) / loaded.model().analytes[1].figures.rmsec.unwrap() - 1.0).abs() < 1e-9);
}

#[test]
fn noise_is_unfit_and_every_scheme_runs() {
    let mut random = Random(11);
    let (x, y) = waters(&mut random, 24, 20);
    let noise: Vec<f64> = (0..24).map(|_| 1.0 + 0.1 * random.normal()).collect();
    let model = calibrate(&set(&x, &noise), &pls("", ""), &host(), &Options::default()).unwrap();
    assert!(model.analytes[0].unfit.is_some() && model.usable() == 0);
    let mut set = set(&x, &y);
    set.table.times = Some((0..24).map(|i| 18000.0 + f64::from(i)).collect());
    let cells = (0..24).map(|i| ["a", "b", "c", "d"][i % 4].to_owned()).collect();
    set.table.labels.push(adit_spectra::Label { name: "site".into(), cells });
    for cv in ["loo", "kfold=5", "venetian=6", "group=site", "forward=3", "repeated=4x2"] {
        let options = Options { cv: Some(cv.parse().unwrap()), ..Options::default() };
        let model = calibrate(&set, &pls("", ""), &host(), &options).unwrap();
        let zn = &model.analytes[0];
        assert_eq!(model.provenance.cv, cv);
        assert!(zn.unfit.is_none() && zn.figures.r2cv.unwrap() > 0.8, "{cv}: {:?}", zn.figures);
        assert!(zn.interval.is_some() && zn.applicability.t2_limits.is_some());
        let predicted =
            zn.rows.as_ref().unwrap().out_of_fold.iter().filter(|r| !r.is_empty()).count();
        assert_eq!(predicted, if cv == "forward=3" { 18 } else { 24 });
    }
}
