//! Made-up data for tests: a set of spectra and a table, both with awkward parts. The same numbers every time.

use crate::report::data::*;

/// A small generator (Numerical Recipes' LCG), values in 0..1.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
    /// About normal, sd 1.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

fn hash(name: &str) -> String {
    let mut random = Random(name.bytes().map(u64::from).sum());
    (0..64).map(|_| char::from_digit((random.next() * 16.0) as u32, 16).unwrap()).collect()
}

fn file(name: &str) -> FileRef {
    FileRef { name: name.into(), sha256: hash(name) }
}

fn plugin(id: &str) -> PluginRef {
    let trust = "builtin".into();
    PluginRef { id: id.into(), version: "0.1.0".into(), sha256: hash("library"), trust }
}

fn empty(kind: Kind, axis: Axis) -> ReportData {
    ReportData {
        mine: None,
        kind,
        adit_version: "0.1.0".into(),
        model: file("mine.adit"),
        recipe: String::new(),
        plan: Vec::new(),
        plugins: Vec::new(),
        inputs: Vec::new(),
        seed: 1,
        cv: "loo".into(),
        route: String::new(),
        level: 0.95,
        defaulted: Vec::new(),
        notes: Vec::new(),
        axis,
        rows: Vec::new(),
        analytes: Vec::new(),
        new_samples: Vec::new(),
        search: None,
    }
}

/// No rows, no analytes.
pub(crate) fn nothing() -> ReportData {
    empty(Kind::Series, Axis::Named(Vec::new()))
}

/// An analyte of which nothing is known.
pub(crate) fn bare(name: &str) -> Analyte {
    Analyte {
        name: name.into(),
        unit: "mg/L".into(),
        log10: false,
        limit: None,
        lod: None,
        status: Status::Other("too few samples: 2 with a value (0 below detection, 1 not measured), and 3 are the least".into()),
        n: 2,
        samples: 2,
        censored: 0,
        missing: 0,
        range: None,
        choice: Choice::default(),
        figures: Figures::default(),
        figures_log10: None,
        points: Vec::new(),
        coefficients: Err("nothing could be fitted".into()),
        distances: Distances::default(),
        notes: Vec::new(),
    }
}

fn figures(rmsecv: f64, r2cv: f64, curve: &[f64]) -> Figures {
    Figures {
        rmsec: Some(rmsecv * 0.8),
        sec: Some(rmsecv * 0.86),
        r2: Some(0.5 + r2cv / 2.0),
        rmsecv: Some(rmsecv),
        rmsecv_by_component: curve.iter().map(|c| Some(c * rmsecv)).collect(),
        bias: Some(-0.01 * rmsecv),
        sep: Some(rmsecv * 1.01),
        r2cv: Some(r2cv),
        rpd: Some(1.0 / (1.0 - r2cv).sqrt()),
        rpiq: None,
    }
}

/// Points scattered about agreement; `log` draws concentrations over two decades.
fn points(n: usize, log: bool, spread: f64, random: &mut Random) -> Vec<Point> {
    let point = |row: usize| {
        let y =
            if log { 10f64.powf(-1.0 + 1.6 * random.next()) } else { 0.2 + 7.0 * random.next() };
        let e = spread * random.normal();
        let p = if log { y * 10f64.powf(e) } else { y + e };
        let ends = if log { (p / 2.3, p * 2.3) } else { (p - 2.1 * spread, p + 2.1 * spread) };
        let verdict = if row % 11 == 5 { Verdict::Warn } else { Verdict::Ok };
        let id = format!("2018-{:02}-{:02}-RAP", row % 12 + 1, row % 28 + 1);
        Point {
            id,
            row,
            reference: Reference::Measured(y),
            prediction: Some(p),
            interval: Some(ends),
            verdict,
        }
    };
    (0..n).map(point).collect()
}

fn distances(n: usize, with_q: bool, random: &mut Random) -> Distances {
    let point = |k: usize| {
        let far = if k == 3 { 6.0 } else { 1.0 };
        let t2 = (random.normal().powi(2) + random.normal().powi(2) + 0.1) * far;
        let q = with_q.then(|| 0.002 * (0.3 + random.next()) * if k == 7 { 9.0 } else { 1.0 });
        Distance { id: format!("mux2020-{k:03}"), t2: Some(t2), q }
    };
    let points = (0..n).map(point).collect();
    Distances { points, t2_limits: Some([6.6, 16.4]), q_limits: with_q.then_some([0.0039, 0.0071]) }
}

/// Grab samples of one site: log targets, a weak analyte, an unfit one, new samples with ICP results.
pub(crate) fn table() -> ReportData {
    let columns = [("EC", "uS/cm"), ("pH", ""), ("T", "degC")];
    let axis = Axis::Named(columns.map(|(n, u)| (n.into(), u.into())).to_vec());
    let mut data = empty(Kind::Table, axis);
    let mut random = Random(7);
    data.mine = Some("clear-creek-rap".into());
    data.recipe = "name = \"log-ec\"\n\n[[step]]\nplugin = \"adit.ec.log10\"\ncolumns = [\"EC\"]\n\n[target]\ntransform = \"log10\"\n".into();
    data.plan =
        vec!["step 1 adit.select.columns: EC".into(), "step 2 adit.ec.log10: log10(EC)".into()];
    data.plugins = vec![plugin("adit.ec.log10"), plugin("adit.pls")];
    data.inputs = vec![file("set.toml"), file("table.csv"), file("icp.csv")];
    data.route = "hoisted: every step is row-local".into();
    data.defaulted = vec!["seed = 1".into()];
    let zn = with_column(points(19, true, 0.13, &mut random), &mut data, &mut random);
    let mut cd = points(15, true, 0.22, &mut random);
    for p in cd.iter_mut().take(4) {
        (p.reference, p.prediction, p.interval) = (Reference::Below(0.09), Some(0.06), None);
    }
    let seen = Axis::Named(vec![("log10(EC)".into(), String::new())]);
    let coefficients = Ok(Coefficients { axis: seen, values: vec![1.18] });
    let base = |name: &str, points: Vec<Point>| Analyte {
        log10: true,
        n: points.len(),
        samples: points.len(),
        range: Some((0.088, 1.94)),
        choice: Choice {
            components: 1,
            searched: 1,
            best: 1,
            rule: "one-standard-error".into(),
            threshold: Some(0.23),
            ..Choice::default()
        },
        figures: figures(0.27, 0.49, &[1.5, 1.0]),
        figures_log10: Some(figures(0.19, 0.577, &[1.55, 1.0])),
        points,
        coefficients: coefficients.clone(),
        distances: distances(19, false, &mut Random(5)),
        ..bare(name)
    };
    let note =
        "4 references below detection are left out of the fit: every estimate is at best a warning";
    data.analytes = vec![
        Analyte { status: Status::Usable, limit: Some(2.0), ..base("Zn (total)", zn) },
        Analyte {
            status: Status::Caution,
            limit: Some(30.0),
            lod: Some(0.09),
            censored: 4,
            notes: vec![note.into()],
            ..base("Cd (total)", cd)
        },
        Analyte {
            status: Status::MeanIsBest,
            limit: Some(10.0),
            choice: Choice {
                components: 0,
                searched: 1,
                best: 0,
                rule: "one-standard-error".into(),
                threshold: None,
                ..Choice::default()
            },
            figures_log10: Some(figures(0.78, -0.11, &[1.0, 1.02])),
            ..base("Fe (dissolved)", points(19, true, 0.7, &mut random))
        },
    ];
    data.new_samples = (0..8).map(|i| new_sample(i, &mut random)).collect();
    data
}

/// Rows whose EC goes along with the references.
fn with_column(points: Vec<Point>, data: &mut ReportData, random: &mut Random) -> Vec<Point> {
    for p in &points {
        let Reference::Measured(y) = p.reference else { continue };
        let ec = 420.0 * y.powf(0.8) * 10f64.powf(0.1 * random.normal());
        data.rows.push(Row { id: p.id.clone(), values: vec![ec, 6.0 + random.next(), f64::NAN] });
    }
    points
}

fn new_sample(i: usize, random: &mut Random) -> NewSample {
    let mut estimate = |k: usize| {
        let v = 10f64.powf(-0.6 + 0.9 * random.next());
        let (verdict, reasons) = match (k, i) {
            (2, _) => (Verdict::Refuse, vec!["unfit".to_owned()]),
            (_, 5) => {
                (Verdict::Refuse, vec!["T2 18.2000 is above its 99.9 % limit 16.4000".to_owned()])
            }
            (_, 2) => (
                Verdict::Warn,
                vec![
                    "outside the calibrated range 0.088 to 1.94 mg/L by more than 10 % of it"
                        .to_owned(),
                ],
            ),
            _ => (Verdict::Ok, Vec::new()),
        };
        let given = verdict != Verdict::Refuse;
        let reference = if i == 1 {
            Reference::Below(0.1)
        } else {
            Reference::Measured(v * 10f64.powf(0.13 * random.normal()))
        };
        Estimate {
            value: given.then_some(v),
            interval: given.then_some((v / 2.3, v * 2.3)),
            verdict,
            reasons,
            reference,
        }
    };
    let estimates = (0..3).map(&mut estimate).collect();
    NewSample {
        id: format!("2019-0{}-14-RAP", i + 1),
        time: Some(format!("2019-0{}-14", i + 1)),
        estimates,
    }
}

/// Spectra of one deployment: two usable analytes, one not better than the mean, one without an interval.
pub(crate) fn spectra() -> ReportData {
    let nm: Vec<f64> = (0..194).map(|k| 250.0 + 2.5 * f64::from(k)).collect();
    let mut data = empty(Kind::Spectra, Axis::Positions { unit: "nm".into(), values: nm.clone() });
    let mut random = Random(11);
    data.mine = Some("旧鉱山第三坑口".into());
    data.cv = "venetian=10".into();
    data.plugins = vec![plugin("adit.select.range"), plugin("adit.pls")];
    data.inputs = vec![file("captures/spectra.csv"), file("icp.csv")];
    data.recipe = "name = \"uv-vis-250\"\n".into();
    for k in 0..72 {
        let (a, b) = (4.0 + 3.0 * random.next(), 0.3 * random.normal());
        let values = nm
            .iter()
            .map(|x| a * (-(x - 250.0) / 120.0).exp() + 0.6 + 0.05 * b * ((x / 60.0).sin() + 1.0))
            .collect();
        data.rows.push(Row { id: format!("mux2020-{k:03}"), values });
    }
    let coefficients = |phase: f64| {
        let values = nm
            .iter()
            .map(|x| ((x - 250.0) / 40.0 + phase).sin() * (-(x - 250.0) / 250.0).exp())
            .collect();
        Ok(Coefficients { axis: Axis::Positions { unit: "nm".into(), values: nm.clone() }, values })
    };
    let curve = [3.6, 2.2, 1.5, 1.12, 1.05, 1.0, 1.01, 1.04, 1.1, 1.2];
    let mut base = |name: &str, spread: f64, phase: f64| Analyte {
        status: Status::Usable,
        n: 72,
        samples: 70,
        range: Some((0.21, 7.13)),
        choice: Choice {
            components: 3,
            searched: 15,
            best: 5,
            rule: "one-standard-error".into(),
            threshold: Some(0.46),
            ..Choice::default()
        },
        figures: figures(0.39, 0.93, &curve),
        points: points(72, false, spread, &mut random),
        coefficients: coefficients(phase),
        distances: distances(72, true, &mut Random(3)),
        ..bare(name)
    };
    let weak = Figures { r2cv: Some(-0.21), ..figures(0.9, 0.1, &curve) };
    data.analytes = vec![
        Analyte { limit: Some(10.0), ..base("Fe (total)", 0.39, 0.3) },
        Analyte { limit: Some(6.0), ..base("Mn (dissolved)", 0.2, 1.9) },
        Analyte {
            status: Status::NotBetterThanMean,
            figures: weak,
            ..base("Zn (total)", 2.5, 2.2)
        },
        Analyte { status: Status::NoInterval, ..base("Cd (total)", 0.9, 0.2) },
    ];
    data
}
