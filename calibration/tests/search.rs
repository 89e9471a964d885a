//! The search against obvious loops: one calibration a recipe, one calibration a recipe and outer fold, one calibration a scramble.

mod common;

use adit_calibration::model::{AnalyteModel, Cell};
use adit_calibration::search::record::Search;
use adit_calibration::search::{Progress, SearchOptions, SpaceText, search, space_of};
use adit_calibration::set::{CalibrationSet, Reference, RowOrigin};
use adit_calibration::{
    ErrorKind, EvaluateOptions, Loaded, Model, Options, Result, calibrate, evaluate, predict,
};
use adit_engine::{Recipe, Space};
use adit_host::Host;
use adit_spectra::Label;
use common::{Random, committed, set, set_of, waters};

fn host() -> Host {
    adit_host::testing::host()
}

/// Scatter x derivative x scaling, 12 recipes.
const SPACE: &str = r#"
[[slot]]
[[slot.choice]]
plugin = "none"
[[slot.choice]]
plugin = "adit.scatter.snv"
[[slot.choice]]
plugin = "adit.scatter.msc"
[[slot]]
[[slot.choice]]
plugin = "none"
[[slot.choice]]
plugin = "adit.derivative.savitzky-golay"
window = 7
derivative = 1
[regressor]
plugin = "adit.pls"
scale = [false, true]
"#;

fn text(space: &str) -> SpaceText {
    SpaceText { text: space.into(), said: "space = a test's".into(), file: None }
}

fn recipes(space: &str) -> Vec<Recipe> {
    Space::parse(space).unwrap().expand(&host()).unwrap()
}

fn run(set: &CalibrationSet, space: &str, options: &Options, permutations: usize) -> Result<Model> {
    let asked = SearchOptions { permutations };
    search(set, &text(space), &host(), options, &asked, &mut |_| {})
}

fn cv(scheme: &str) -> Options {
    Options { cv: Some(scheme.parse().unwrap()), ..Options::default() }
}

/// Two analytes on spectra; the second one is not measured everywhere, and there are five groups of rows.
fn two_analytes(n: usize, p: usize, seed: u64) -> CalibrationSet {
    let mut random = Random(seed);
    let (x, y) = waters(&mut random, n, p);
    let other = |i: usize| match i % 7 {
        3 => Reference::Missing,
        _ => Reference::Measured(x[i][5] * 3.0 + 0.4 * y[i] + 0.05 * (i % 3) as f64),
    };
    let zn = y.iter().map(|v| Reference::Measured(*v)).collect();
    let ids = (0..n).map(|i| format!("s{i}")).collect();
    let mut set =
        set_of(ids, &x, vec![("Zn (total)", zn), ("Mn (total)", (0..n).map(other).collect())]);
    let cells = (0..n).map(|i| format!("g{}", i * 5 / n)).collect();
    set.table.labels.push(Label { name: "part".into(), cells });
    set.origins = (1..=n as u64).map(|row| RowOrigin { file: "spectra.csv".into(), row }).collect();
    set
}

/// Mean squared error for each count and the variance of the references, over units given by `unit` (a row each, or a group).
fn errors(a: &AnalyteModel, unit: &dyn Fn(usize) -> usize) -> (Vec<f64>, f64) {
    let rows = a.rows.as_ref().unwrap();
    let y: Vec<f64> = rows
        .fitted
        .iter()
        .map(|r| match rows.references[*r] {
            Cell::Measured(v) => v,
            _ => panic!("a fitted row has a reference"),
        })
        .collect();
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let variance = y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (y.len() - 1) as f64;
    let counts = rows.out_of_fold[0].len();
    let curve = (0..counts).map(|a| {
        let mut units = std::collections::BTreeMap::<usize, Vec<f64>>::new();
        for (k, row) in rows.fitted.iter().enumerate() {
            units.entry(unit(*row)).or_default().push((rows.out_of_fold[k][a] - y[k]).powi(2));
        }
        let n = units.len() as f64;
        units.values().map(|e| e.iter().sum::<f64>() / e.len() as f64).sum::<f64>() / n
    });
    (curve.collect(), variance)
}

/// The mean over the analytes of the error at the chosen count in shares of the variance.
fn score(model: &Model, unit: &dyn Fn(usize) -> usize) -> f64 {
    let all: Vec<f64> = model
        .analytes
        .iter()
        .map(|a| {
            let (curve, variance) = errors(a, unit);
            curve[a.components()] / variance
        })
        .collect();
    all.iter().sum::<f64>() / all.len() as f64
}

fn near(got: f64, want: f64, what: &str) {
    // What two routes of one cross-validation may differ by, with room for the conditioning of scaled derivatives.
    assert!((got - want).abs() <= 1e-7 * want.abs(), "{what}: {got} instead of {want}");
}

#[test]
fn every_row_of_the_table_is_a_calibration_of_its_own() {
    let (set, host) = (two_analytes(24, 30, 11), host());
    let model = run(&set, SPACE, &cv("loo"), 0).unwrap();
    let found = model.search.clone().unwrap();
    let recipes = recipes(SPACE);
    assert_eq!((found.recipes, found.tried.len(), found.skipped.len()), (12, 12, 0));
    assert!(found.scrambling.is_none());
    let mut scores = Vec::new();
    for (k, recipe) in recipes.iter().enumerate() {
        let alone = calibrate(&set, recipe, &host, &cv("loo")).unwrap();
        let row = found.tried.iter().find(|t| t.number == k + 1).unwrap();
        assert_eq!((row.recipe.as_str(), row.steps), (recipe.name.as_str(), recipe.steps.len()));
        for (got, want) in row.analytes.iter().zip(&alone.analytes) {
            let what = format!("{} of {}", want.name, recipe.name);
            assert_eq!(
                (got.name.as_str(), got.components),
                (want.name.as_str(), want.components()),
                "{what}"
            );
            near(got.rmsecv.unwrap(), want.figures.rmsecv.unwrap(), &what);
            let (curve, _) = errors(want, &|row| row);
            assert_eq!(got.error_by_component.len(), curve.len(), "{what}");
            got.error_by_component.iter().zip(&curve).for_each(|(g, w)| near(*g, *w, &what));
        }
        near(row.score, score(&alone, &|row| row), &recipe.name);
        scores.push(row.score);
    }
    let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let winner = scores.iter().position(|s| *s == least).unwrap();
    assert_eq!(found.tried[0].number, winner + 1);
    assert!(found.tried.windows(2).all(|w| w[0].score <= w[1].score));
    // The model is the winner's own.
    let mut alone = calibrate(&set, &recipes[winner], &host, &cv("loo")).unwrap();
    alone.search = Some(found);
    assert_eq!(alone.to_bytes().unwrap(), model.to_bytes().unwrap());
}

#[test]
fn the_nested_error_is_that_of_the_double_loop() {
    let (n, host) = (30, host());
    let set = two_analytes(n, 30, 5);
    let options = cv("group=part");
    let model = run(&set, SPACE, &options, 0).unwrap();
    let nested = model.search.as_ref().unwrap().nested.clone();
    let recipes = recipes(SPACE);
    let group = |row: usize| row * 5 / n;
    // Per left-out group, per analyte.
    let mut squares = vec![vec![Vec::new(); 2]; 5];
    for (out, squares) in squares.iter_mut().enumerate() {
        let inside: Vec<usize> = (0..n).filter(|r| group(*r) != out).collect();
        let outside: Vec<usize> = (0..n).filter(|r| group(*r) == out).collect();
        let without = set.select_rows(&inside);
        let models: Vec<Model> =
            recipes.iter().map(|r| calibrate(&without, r, &host, &options).unwrap()).collect();
        let scores: Vec<f64> = models.iter().map(|m| score(m, &|row| group(inside[row]))).collect();
        let best = (0..scores.len()).min_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap();
        let pick = &nested.picks[out];
        assert_eq!((pick.block, pick.number), (out + 1, best + 1));
        let counts: Vec<usize> =
            models[best].analytes.iter().map(AnalyteModel::components).collect();
        assert_eq!(pick.components, counts);
        let loaded = Loaded::new(models[best].clone(), &host).unwrap();
        for (a, analyte) in set.analytes.iter().enumerate() {
            let chain = loaded.chain(&analyte.name).unwrap();
            for row in &outside {
                let Some(y) = analyte.references[*row].measured() else { continue };
                let x = adit_engine::Matrix::new(set.table.row(*row).to_vec(), 1, 30).unwrap();
                let z = chain.predict(&x).unwrap().remove(0).unwrap().z;
                squares[a].push((z - y).powi(2));
            }
        }
    }
    for (a, got) in nested.analytes.iter().enumerate() {
        let by_group: Vec<Vec<f64>> = squares.iter().map(|s| s[a].clone()).collect();
        let all = by_group.concat();
        assert_eq!(got.n, all.len());
        let rmse = (all.iter().sum::<f64>() / all.len() as f64).sqrt();
        near(got.rmse.unwrap(), rmse, &got.name);
        let units: Vec<f64> =
            by_group.iter().map(|e| e.iter().sum::<f64>() / e.len() as f64).collect();
        let mean = units.iter().sum::<f64>() / 5.0;
        let sd = (units.iter().map(|u| (u - mean).powi(2)).sum::<f64>() / 4.0).sqrt();
        near(got.standard_error.unwrap(), sd / 5f64.sqrt() / (2.0 * rmse), &got.name);
        assert!(got.rmsecv.is_some());
    }
}

/// SplitMix64 and Fisher-Yates, as they are published.
struct Splitmix(u64);

impl Splitmix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn shuffle(&mut self, items: &mut [usize]) {
        for i in (1..items.len()).rev() {
            let n = i as u64 + 1;
            let draw = loop {
                let draw = self.next();
                if draw < u64::MAX - u64::MAX % n {
                    break draw % n;
                }
            };
            items.swap(i, draw as usize);
        }
    }
}

#[test]
fn the_p_value_is_that_of_one_calibration_a_scramble() {
    let host = host();
    // A weak relation, so that the p-value is not the smallest there is.
    let (x, y) = waters(&mut Random(3), 16, 20);
    let y: Vec<f64> =
        y.iter().enumerate().map(|(i, v)| v + 1.5 * ((i * 7 % 16) as f64 / 8.0)).collect();
    let set = set(&x, &y);
    let options = Options { seed: 9, ..cv("venetian=4") };
    let model = run(&set, SPACE, &options, 29).unwrap();
    let found = model.search.unwrap();
    let winner = &recipes(SPACE)[found.tried[0].number - 1];
    let error = |set: &CalibrationSet| {
        let model = calibrate(set, winner, &host, &options).unwrap();
        let (curve, _) = errors(&model.analytes[0], &|row| row);
        curve[model.analytes[0].components()]
    };
    let observed = error(&set);
    let mut random = Splitmix(9 ^ 0x53_4352_414d_424c);
    let (mut order, mut low) = ((0..16).collect::<Vec<usize>>(), 0);
    for _ in 0..29 {
        random.shuffle(&mut order);
        let mut scrambled = set.clone();
        let from = set.analytes[0].references.clone();
        scrambled.analytes[0].references = order.iter().map(|k| from[*k]).collect();
        low += usize::from(error(&scrambled) <= observed * (1.0 + 1e-9));
    }
    let scrambling = found.scrambling.unwrap();
    assert_eq!((scrambling.permutations, scrambling.analytes.len()), (29, 1));
    assert_eq!(scrambling.analytes[0].p, (1 + low) as f64 / 30.0);
}

#[test]
fn threads_do_not_change_a_byte() {
    let set = two_analytes(20, 24, 2);
    let bytes = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&set, SPACE, &cv("kfold=5"), 19).unwrap().to_bytes().unwrap())
    });
    assert!(bytes[0] == bytes[1]);
}

#[test]
fn noise_is_seen_to_be_noise() {
    let (x, _) = waters(&mut Random(21), 40, 20);
    let mut random = Random(22);
    let y: Vec<f64> = (0..40).map(|_| 5.0 + random.normal()).collect();
    let mean = y.iter().sum::<f64>() / 40.0;
    let sd = (y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 39.0).sqrt();
    // By the smallest error, the rule that is fooled most easily.
    let space = format!("{SPACE}rule = \"minimum\"\n");
    let found = run(&set(&x, &y), &space, &cv("venetian=8"), 99).unwrap().search.unwrap();
    let (nested, p) = (&found.nested.analytes[0], found.scrambling.unwrap().analytes[0].p);
    println!("nested {:?} +- {:?}, sd {sd}, p {p}", nested.rmse, nested.standard_error);
    assert!(nested.rmse.unwrap() > 0.9 * sd, "{nested:?}, sd {sd}");
    assert!(nested.rmse.unwrap() > found.tried[0].analytes[0].rmsecv.unwrap());
    assert!(p > 0.05, "p {p}");
}

/// The public yardstick: what the search expects of new samples against what they say.
#[test]
fn the_nested_error_of_tecator_is_that_of_its_test_split() {
    let host = host();
    let train = committed("benches/data/tecator_meat", &["split=train"]);
    let name = train.analyte("fat_pct").unwrap().name.clone();
    let options = Options { analytes: vec![name], ..Options::default() };
    let space = space_of(&train);
    let mut told: Vec<Progress> = Vec::new();
    let asked = SearchOptions { permutations: 99 };
    let model = search(&train, &space, &host, &options, &asked, &mut |p| told.push(p)).unwrap();
    assert!(told.windows(2).all(|w| w[0].done <= w[1].done) && told.len() > 60);
    assert!(told.iter().all(|p| p.done <= p.total));
    let found = model.search.clone().unwrap();
    assert_eq!(found.tried.len(), 60);
    let test = committed("benches/data/tecator_meat", &["split=test"]);
    let loaded = Loaded::new(model, &host).unwrap();
    let result = evaluate(&loaded, &test, &EvaluateOptions::default()).unwrap();
    let rmsep = result.analytes[0].all.rmsep.unwrap();
    let nested = &found.nested.analytes[0];
    let (rmse, se) = (nested.rmse.unwrap(), nested.standard_error.unwrap());
    println!(
        "{}: RMSECV {:?}, nested {rmse} +- {se}, RMSEP {rmsep}",
        found.tried[0].recipe, nested.rmsecv
    );
    assert!((rmse - rmsep).abs() <= 2.0 * se, "nested {rmse} +- {se}, RMSEP {rmsep}");
    assert!(nested.rmsecv.unwrap() < rmse);
    assert_eq!(found.scrambling.unwrap().analytes[0].p, 0.01);
}

fn found(set: &CalibrationSet, scheme: &str, space: &str) -> Search {
    run(set, space, &cv(scheme), 0).unwrap().search.unwrap()
}

#[test]
fn each_scheme_has_its_nested_estimate_or_says_why_not() {
    let (x, y) = waters(&mut Random(8), 70, 20);
    let mut set = set(&x, &y);
    set.table.times = Some((0..70).map(f64::from).collect());
    let small = "[[slot]]\n[[slot.choice]]\nplugin = \"none\"\n[[slot.choice]]\nplugin = \"adit.scatter.snv\"\n\
                 [regressor]\nplugin = \"adit.pls\"\n";
    // Seventy folds are put together in ten blocks.
    let loo = found(&set, "loo", small).nested;
    assert!(loo.how.contains("70 folds are put together in 10 blocks"), "{}", loo.how);
    assert_eq!((loo.picks.len(), loo.analytes[0].n), (10, 70));
    let repeated = found(&set, "repeated=5x3", small).nested;
    assert!(repeated.how.contains("5 folds of the first repeat"), "{}", repeated.how);
    assert_eq!((repeated.picks.len(), repeated.analytes[0].n), (5, 70));
    // The first predicted block has no earlier one to choose for it.
    let forward = found(&set, "forward=4", small).nested;
    assert_eq!((forward.picks.len(), forward.analytes[0].n), (3, 42));
    assert!(forward.picks.iter().all(|p| p.block > 1));
    for (scheme, words) in [("kfold=2", "2 folds leave none"), ("forward=1", "no earlier one")] {
        let none = found(&set, scheme, small).nested;
        assert!(none.how.contains(words), "{}", none.how);
        assert!(none.picks.is_empty() && none.analytes.iter().all(|a| a.rmse.is_none()));
    }
}

/// The nested choice of a time block sees earlier blocks alone: later references cannot change it.
#[test]
fn the_future_chooses_nothing_for_the_past() {
    let (x, y) = waters(&mut Random(8), 50, 20);
    let mut early = set(&x, &y);
    early.table.times = Some((0..50).map(f64::from).collect());
    let mut changed = early.clone();
    for k in 40..50 {
        changed.analytes[0].references[k] = Reference::Measured(y[(k * 3) % 50] * 10.0);
    }
    let picks = [&early, &changed].map(|set| found(set, "forward=4", SPACE).nested.picks);
    assert_eq!(picks[0][..3], picks[1][..3]);
}

#[test]
fn recipes_that_cannot_be_tried_are_listed_with_the_reason() {
    let (mut x, y) = waters(&mut Random(4), 16, 12);
    x[6][3] = f64::NAN;
    let set = set(&x, &y);
    let space = r#"
[[slot]]
[[slot.choice]]
plugin = "none"
[[slot.choice]]
plugin = "adit.select.range"
ranges = [[258, 272], [300, 310]]
[[slot]]
[[slot.choice]]
plugin = "adit.derivative.savitzky-golay"
window = [3, 4, 5, 31]
order = [2, 3]
derivative = 1
[regressor]
plugin = "adit.pls"
"#;
    let model = run(&set, space, &cv("loo"), 0).unwrap();
    let found = model.search.unwrap();
    assert_eq!((found.recipes, found.tried.len() + found.skipped.len()), (24, 24));
    let reason = |recipe: &str| {
        let hits: Vec<&str> = found
            .skipped
            .iter()
            .filter(|s| s.recipe.starts_with(recipe))
            .map(|s| s.reason.as_str())
            .collect();
        assert_eq!(hits.len(), 1, "{recipe}: {:?}", found.skipped);
        hits[0]
    };
    let sg = |front: &str, window, order| {
        format!("{front}derivative.savitzky-golay derivative=1 order={order} window={window} ")
    };
    let in_range = "select.range ranges=[258,272] | ";
    assert!(reason(&sg("", 5, 2)).contains("s6"));
    assert!(reason(&sg("", 5, 2)).contains("256 nm"), "{}", reason(&sg("", 5, 2)));
    assert!(reason(&sg(in_range, 4, 2)).contains("even"));
    assert!(reason(&sg(in_range, 3, 3)).contains("window of more than 3"));
    assert!(reason(&sg(in_range, 31, 2)).contains("31 channels does not fit"));
    assert!(reason(&sg("select.range ranges=[300,310] | ", 5, 2)).contains("no channel lies in"));
    assert_eq!(found.tried.len(), 3, "{:?}", found.tried);
    // None at all is an error that gives a reason.
    let none = space.replace("window = [3, 4, 5, 31]", "window = [4, 6]");
    let error = run(&set, &none, &cv("loo"), 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("none of the 12 recipes"), "{error}");
}

#[test]
fn a_wrong_space_is_blamed_on_its_file() {
    let (x, y) = waters(&mut Random(4), 16, 12);
    let mut set = set(&x, &y);
    let wrong = "[[slot]]\nname = \"d\"\n[[slot.choice]]\nplugin = \"adit.derivative.savitzky-golay\"\nwindow = \"wide\"\n\
                 [regressor]\nplugin = \"adit.pls\"\n";
    let words = ["slot 1 \"d\", choice 1 (adit.derivative.savitzky-golay)", "window", "wide"];
    let error = run(&set, wrong, &Options::default(), 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    words.iter().for_each(|w| assert!(error.to_string().contains(w), "{w}: {error}"));
    set.search_text = Some(("search.toml".into(), wrong.into()));
    let space = space_of(&set);
    let asked = SearchOptions::default();
    let error =
        search(&set, &space, &host(), &Options::default(), &asked, &mut |_| {}).unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Input, Some("search.toml")));
}

#[test]
fn a_joint_search_and_a_stripped_model() {
    let set = two_analytes(24, 20, 6);
    let joint = format!("{SPACE}targets = \"joint\"\n");
    let model = run(&set, &joint, &cv("venetian=6"), 9).unwrap();
    let host = host();
    let whole = model.search.clone().unwrap();
    for (k, recipe) in recipes(&joint).iter().enumerate() {
        let alone = calibrate(&set, recipe, &host, &cv("venetian=6")).unwrap();
        let row = whole.tried.iter().find(|t| t.number == k + 1).unwrap();
        for (got, want) in row.analytes.iter().zip(&alone.analytes) {
            assert_eq!(got.components, want.components(), "{}", recipe.name);
            near(got.rmsecv.unwrap(), want.figures.rmsecv.unwrap(), &recipe.name);
        }
    }
    assert_eq!(whole.scrambling.as_ref().unwrap().analytes.len(), 2);
    assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap().search, Some(whole.clone()));
    let short = model.stripped().search.unwrap();
    assert_eq!((short.tried.len(), short.nested, short.recipes), (10, whole.nested, 12));
    assert!(short.tried.iter().flat_map(|t| &t.analytes).all(|a| a.error_by_component.is_empty()));
    // An estimate comes out of a searched model as of any other.
    let loaded = Loaded::new(run(&set, &joint, &cv("venetian=6"), 0).unwrap(), &host).unwrap();
    assert_eq!(predict(&loaded, &set.table, 0.95).unwrap().len(), 24);
}

/// Replicates stay together, in the folds and in the scrambles.
#[test]
fn replicates_are_one_unit() {
    let (x, y) = waters(&mut Random(14), 10, 15);
    let twice = |v: &[f64], k: usize| v.iter().map(|v| v + 1e-3 * k as f64).collect::<Vec<f64>>();
    let x: Vec<Vec<f64>> = x.iter().flat_map(|r| [twice(r, 0), twice(r, 1)]).collect();
    let y = y.iter().flat_map(|v| [Reference::Measured(*v); 2]).collect();
    let ids = (0..20).map(|i| format!("s{}", i / 2)).collect();
    let mut set = set_of(ids, &x, vec![("Zn (total)", y)]);
    set.replicates = true;
    let model = run(&set, SPACE, &cv("loo"), 9).unwrap();
    let found = model.search.unwrap();
    assert_eq!((found.nested.picks.len(), found.nested.analytes[0].n), (10, 20));
    for (k, recipe) in recipes(SPACE).iter().enumerate() {
        let alone = calibrate(&set, recipe, &host(), &cv("loo")).unwrap();
        let row = found.tried.iter().find(|t| t.number == k + 1).unwrap();
        assert_eq!(row.analytes[0].components, alone.analytes[0].components(), "{}", recipe.name);
        near(row.score, score(&alone, &|row| row / 2), &recipe.name);
    }
}
