//! Model files: what is refused, and the gate of verification rows.

mod common;

use adit_calibration::model::{AnalyteRows, CalibrationTable};
use adit_calibration::{
    ErrorKind, EvaluateOptions, Loaded, Model, Options, Verdict, calibrate, evaluate, predict,
};
use adit_engine::plugin::{Applied, Flags, PluginInfo};
use adit_engine::{Axis, Matrix, Op, Plugins, Regressor, Result, Transform};
use adit_host::Host;
use common::{Random, pls, set, waters};

const SNV: &str = "[[step]]\nplugin = \"adit.scatter.snv\"";

fn model(host: &Host) -> Model {
    let (x, y) = waters(&mut Random(31), 40, 20);
    calibrate(&set(&x, &y), &pls(SNV, ""), host, &Options::default()).unwrap()
}

#[test]
fn a_damaged_file_says_how() {
    let bytes = model(&adit_host::testing::host()).to_bytes().unwrap();
    let refused = |bytes: &[u8]| {
        let error = Model::from_bytes(bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        error.to_string()
    };
    assert!(refused(b"").contains("not an adit model"));
    assert!(refused(b"sample_id,400\n").contains("not an adit model"));
    assert!(refused(&[0xff; 300]).contains("not an adit model"));
    assert!(refused(&bytes[..bytes.len() - 1]).contains("truncated"));
    assert!(
        refused(&bytes[..bytes.iter().position(|b| *b == b'\n').unwrap()]).contains("truncated")
    );
    let mut changed = bytes.clone();
    let at = changed.len() / 2;
    changed[at] ^= 1;
    assert!(refused(&changed).contains("changed"));
    assert!(refused(&[&bytes[..], b" "].concat()).contains("changed"));
    let newer = [b"adit-model 2", &bytes[12..]].concat();
    assert!(refused(&newer).contains("version 2"));
    // No prefix panics.
    (0..400).for_each(|n| assert!(Model::from_bytes(&bytes[..n]).is_err()));
}

#[test]
fn a_file_reads_back_and_is_written_whole() {
    let host = adit_host::testing::host();
    let model = model(&host);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.adit");
    model.write(&path).unwrap();
    let back = Model::read(&path).unwrap();
    assert_eq!(back, model);
    assert_eq!(back.to_bytes().unwrap(), model.to_bytes().unwrap());
    let error = Model::read(&folder.path().join("none.adit")).unwrap_err();
    assert!(error.to_string().contains("none.adit"));
    let stripped = model.clone().stripped();
    assert!(stripped.to_bytes().unwrap().len() < model.to_bytes().unwrap().len());
    assert!(stripped.table.is_none() && stripped.verification.rows.len() == 32);
    Loaded::new(Model::from_bytes(&stripped.to_bytes().unwrap()).unwrap(), &host).unwrap();
}

/// A name for messages, and what is changed.
type Mutation = (&'static str, fn(&mut Model));

#[test]
fn a_model_whose_lists_do_not_fit_is_refused_though_its_hash_is_right() {
    let good = model(&adit_host::testing::host());
    assert_eq!(Model::from_bytes(&good.to_bytes().unwrap()).unwrap(), good);
    fn rows(m: &mut Model) -> &mut AnalyteRows {
        m.analytes[0].rows.as_mut().unwrap()
    }
    fn table(m: &mut Model) -> &mut CalibrationTable {
        m.table.as_mut().unwrap()
    }
    let mutations: &[Mutation] = &[
        ("references", |m| {
            let _ = rows(m).references.pop();
        }),
        ("fitted", |m| {
            let _ = rows(m).fitted.pop();
        }),
        ("fitted beyond", |m| rows(m).fitted[3] = 40),
        ("fold", |m| {
            let _ = rows(m).fold.pop();
        }),
        ("out_of_fold", |m| {
            let _ = rows(m).out_of_fold.pop();
        }),
        ("one out_of_fold", |m| {
            let _ = rows(m).out_of_fold[5].pop();
        }),
        ("predicted", |m| {
            let _ = rows(m).predicted.pop();
        }),
        ("leverage", |m| {
            let _ = rows(m).leverage.pop();
        }),
        ("t2", |m| rows(m).t2.push(None)),
        ("q", |m| rows(m).q.clear()),
        ("q_cross_validated", |m| {
            let _ = rows(m).q_cross_validated.pop();
        }),
        ("ids", |m| {
            let _ = table(m).ids.pop();
        }),
        ("x", |m| {
            let _ = table(m).x.pop();
        }),
        ("one x", |m| {
            let _ = table(m).x[7].pop();
        }),
        ("times", |m| table(m).times = Some(vec![Some(1.0); 39])),
        ("labels", |m| {
            let _ = table(m).labels.insert("site".into(), vec!["n".into(); 41]);
        }),
        ("no table", |m| m.table = None),
    ];
    for (what, mutate) in mutations {
        let mut bad = good.clone();
        mutate(&mut bad);
        let error = Model::from_bytes(&bad.to_bytes().unwrap()).err();
        let error = error.unwrap_or_else(|| panic!("{what} was let through"));
        assert_eq!(error.kind(), ErrorKind::Input, "{what}");
        assert!(error.to_string().contains("do not fit each other"), "{what}: {error}");
    }
    // A row that no fold predicts has an empty list; the lists of an unfit analyte may all be empty.
    let mut unpredicted = good.clone();
    rows(&mut unpredicted).out_of_fold[0].clear();
    Model::from_bytes(&unpredicted.to_bytes().unwrap()).unwrap();
}

#[test]
fn the_offset_of_the_set_goes_into_the_model_and_older_models_have_none() {
    let host = adit_host::testing::host();
    let (x, y) = waters(&mut Random(31), 40, 20);
    let mut given = set(&x, &y);
    given.timezone = Some("+09:00".into());
    let made = calibrate(&given, &pls(SNV, ""), &host, &Options::default()).unwrap();
    let back = Model::from_bytes(&made.to_bytes().unwrap()).unwrap();
    assert_eq!(back.timezone.as_deref(), Some("+09:00"));
    let mut document = serde_json::to_value(&made).unwrap();
    document.as_object_mut().unwrap().remove("timezone").unwrap();
    let old: Model = serde_json::from_value(document).unwrap();
    assert_eq!(old.timezone, None);
}

/// The host's plugins, one of them replaced by a version with a fault.
struct Faulty {
    host: Host,
    fault: Fault,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Every step's output is a little larger.
    Drift,
    /// A step that looks at the other rows and says that it does not.
    Liar,
}

struct FaultyStep(Box<dyn Transform>, Fault);

impl Transform for FaultyStep {
    fn flags(&self) -> Flags {
        self.0.flags()
    }
    fn fit(&mut self, axis: &Axis, x: &Matrix, y: Option<&[f64]>, w: Option<&[f64]>) -> Result<()> {
        self.0.fit(axis, x, y, w)
    }
    fn output(&self) -> Result<Axis> {
        self.0.output()
    }
    fn apply(&self, x: &Matrix) -> Result<Applied> {
        let mut applied = self.0.apply(x)?;
        let mean = x.data().iter().sum::<f64>() / x.data().len().max(1) as f64;
        for v in applied.x.data_mut() {
            *v = if self.1 == Fault::Drift { *v * (1.0 + 1e-7) } else { *v - 1e-3 * mean };
        }
        Ok(applied)
    }
    fn save(&self) -> Result<Vec<u8>> {
        self.0.save()
    }
    fn load(&mut self, bytes: &[u8], version: u32) -> Result<()> {
        self.0.load(bytes, version)
    }
    fn lower(&self) -> Result<Vec<Op>> {
        self.0.lower()
    }
}

impl Plugins for Faulty {
    fn list(&self) -> Vec<PluginInfo> {
        self.host.list()
    }
    fn info(&self, id: &str) -> Result<PluginInfo> {
        self.host.info(id)
    }
    fn transform(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Transform>> {
        Ok(Box::new(FaultyStep(self.host.transform(id, settings)?, self.fault)))
    }
    fn regressor(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Regressor>> {
        self.host.regressor(id, settings)
    }
}

#[test]
fn a_step_that_gives_other_numbers_now_is_named() {
    let good = model(&adit_host::testing::host());
    let faulty = Faulty { host: adit_host::testing::host(), fault: Fault::Drift };
    let error = Loaded::new(good, &faulty).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Plugin);
    assert!(error.to_string().contains("step 1 (adit.scatter.snv)"), "{error}");
}

#[test]
fn a_step_that_lies_about_its_rows_is_caught() {
    let faulty = Faulty { host: adit_host::testing::host(), fault: Fault::Liar };
    let (x, y) = waters(&mut Random(32), 15, 20);
    let error = calibrate(&set(&x, &y), &pls(SNV, ""), &faulty, &Options::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Plugin);
    assert!(error.to_string().contains("row-local"), "{error}");
}

#[test]
fn a_changed_expectation_without_a_changed_step_names_the_regressor() {
    let host = adit_host::testing::host();
    let mut model = model(&host);
    model.verification.expected.get_mut("Zn (total)").unwrap().predictions[7] += 1e-6;
    let error = Loaded::new(model, &host).err().unwrap();
    assert!(error.to_string().contains("adit.pls"), "{error}");
}

#[test]
fn a_dead_sample_is_refused_by_its_channel_and_the_others_go_on() {
    let host = adit_host::testing::host();
    let (mut x, y) = waters(&mut Random(36), 40, 20);
    let model = calibrate(&set(&x, &y), &pls(SNV, ""), &host, &Options::default()).unwrap();
    let loaded = Loaded::new(model, &host).unwrap();
    let alive = predict(&loaded, &set(&x, &y).table, 0.95).unwrap();
    x[2][5] = f64::NAN;
    x[3][6] = f64::INFINITY;
    x[4] = vec![1.0; 20];
    x[5].iter_mut().enumerate().for_each(|(j, v)| *v += 0.2 * (j as f64 * 2.0).sin());
    let samples = predict(&loaded, &set(&x, &y).table, 0.95).unwrap();
    let zn = |i: usize| &samples[i].analytes[0];
    assert_eq!((zn(2).verdict, zn(2).value, zn(2).lower), (Verdict::Refuse, None, None));
    assert!(zn(2).reasons[0].contains("260 nm"), "{:?}", zn(2).reasons);
    assert!(zn(3).reasons[0].contains("262 nm"));
    assert!(zn(4).reasons[0].contains("step 1 (adit.scatter.snv)"), "{:?}", zn(4).reasons);
    assert!(zn(5).verdict == Verdict::Refuse && zn(5).reasons.iter().any(|r| r.contains("99.9 %")));
    assert!(zn(5).unjudged.value.is_some());
    for i in (0..2).chain(6..40) {
        assert_eq!(samples[i], alive[i]);
    }
    // At least nine in ten of its own samples are not refused.
    assert!(alive.iter().filter(|s| s.analytes[0].verdict != Verdict::Refuse).count() >= 36);
    // An input that lacks a channel is an error that names it; the level must be one.
    let mut narrow = set(&x, &y).table;
    if let adit_spectra::Columns::Positions { values, .. } = &mut narrow.columns {
        values[9] += 0.7;
    }
    assert!(predict(&loaded, &narrow, 0.95).unwrap_err().to_string().contains("268 nm"));
    assert_eq!(predict(&loaded, &set(&x, &y).table, 1.0).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn rows_that_the_model_has_seen_are_left_out_of_figures() {
    let host = adit_host::testing::host();
    let (x, y) = waters(&mut Random(34), 40, 20);
    let all = set(&x, &y);
    let train = set(&x[..25], &y[..25]);
    let model = calibrate(&train, &pls(SNV, ""), &host, &Options::default()).unwrap();
    let loaded = Loaded::new(model.stripped(), &host).unwrap();
    let result = evaluate(&loaded, &all, &EvaluateOptions::default()).unwrap();
    assert_eq!((result.seen.len(), result.analytes[0].all.n), (25, 15));
    let samples = predict(&loaded, &all.table, 0.95).unwrap();
    let e: Vec<f64> =
        (25..40).map(|i| samples[i].analytes[0].unjudged.value.unwrap() - y[i]).collect();
    let rmsep = (e.iter().map(|e| e * e).sum::<f64>() / 15.0).sqrt();
    assert!((result.analytes[0].all.rmsep.unwrap() - rmsep).abs() < 1e-12);
    let v = result.analytes[0].verdicts;
    assert_eq!(v.ok + v.warn + v.refuse, 15);
    assert_eq!(result.analytes[0].accepted.n, v.ok + v.warn);
    let given = EvaluateOptions { include_seen: true, ..EvaluateOptions::default() };
    assert_eq!(evaluate(&loaded, &all, &given).unwrap().analytes[0].all.n, 40);
    let json = serde_json::to_value(&result).unwrap();
    for field in ["name", "unit", "n", "rmsep", "bias", "sep", "r2", "coverage"] {
        assert!(json["analytes"][0].get(field).is_some(), "{field}");
    }
    assert!(json["analytes"][0]["accepted"]["rmsep"].is_number());
    let mut other = all.clone();
    other.analytes[0].unit = "ug/L".into();
    assert!(evaluate(&loaded, &other, &EvaluateOptions::default()).is_err());
}
