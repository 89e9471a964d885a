//! PLS: one fit for every component count, and leave-one-out and 10-fold cross-validation, beside linfa-pls.
//!
//! The cross-validation is timed by its fast route and by the obvious one (a fit per fold), both over the plugin boundary.

use std::hint::black_box;

use adit_engine::plan::Plan;
use adit_engine::{Axis, Fold, Matrix, Plugins, Recipe, Route, cross_validate};
use adit_host::{Host, HostOptions, testing};
use criterion::{Criterion, criterion_group, criterion_main};

fn plan(host: &Host, axis: &Axis, regressor: &str) -> Plan {
    let recipe =
        Recipe::parse(&format!("[regressor]\nplugin = \"{regressor}\"")).expect("a recipe");
    Plan::new(&recipe, axis, host).expect("a plan")
}

fn folds(n: usize, k: usize) -> Vec<Fold> {
    (0..k).map(|f| Fold { test: (f..n).step_by(k).collect(), gap: vec![] }).collect()
}

fn fit(host: &Host, id: &str, axis: &Axis, x: &Matrix, y: &Matrix, a: usize) -> usize {
    let mut model = host.regressor(id, &Default::default()).expect("the regressor");
    model.fit(axis, x, y, None, a).expect("a fit")
}

fn benches(c: &mut Criterion) {
    let options =
        HostOptions { builtin_dir: Some(testing::builtin_plugins()), ..Default::default() };
    let host = Host::open(options).expect("the built-in plugins");
    for (n, p, m, a) in [(100, 288, 4, 10), (500, 2048, 4, 20)] {
        let (axis, x, y) = adit_benches::mine_water(n, p, m, 1);
        let mut group = c.benchmark_group(format!("fit {n}x{p}x{m} A={a}"));
        group.sample_size(10);
        for id in ["adit.pls", "adit.linfa.pls"] {
            group.bench_function(id, |b| b.iter(|| fit(&host, id, &axis, black_box(&x), &y, a)));
        }
        group.finish();
    }
    for (n, p, k, a) in [(100, 288, 100, 10), (500, 2048, 10, 20)] {
        let (axis, x, y) = adit_benches::mine_water(n, p, 4, 1);
        let plan = plan(&host, &axis, "adit.pls");
        let folds = folds(n, k);
        let mut group = c.benchmark_group(format!("cross-validation {n}x{p}x4 {k} folds A={a}"));
        group.sample_size(10);
        for (name, route) in [("fast", Route::Planned), ("a fit per fold", Route::Slow)] {
            group.bench_function(name, |b| {
                b.iter(|| {
                    cross_validate(&plan, &host, &axis, &x, &y, 0, None, &folds, a, route)
                        .expect("a cross-validation")
                });
            });
        }
        group.finish();
    }
}

criterion_group!(pls, benches);
criterion_main!(pls);
