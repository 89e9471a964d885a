//! One fit for every component count, by each regressor of this build, over the plugin boundary.
#![allow(missing_docs)]

use std::hint::black_box;

use adit_benches::{host, mine_water, short};
use adit_engine::Plugins as _;
use adit_engine::plugin::Kind;
use criterion::{Criterion, criterion_group, criterion_main};

fn fit(c: &mut Criterion) {
    let host = host();
    for (n, p, a) in [(100, 288, 10), (500, 2048, 20)] {
        let (axis, x, y) = mine_water(n, p, 4, 1);
        let mut group = c.benchmark_group(format!("fit {n}x{p}x4 A={a}"));
        for plugin in host.list().into_iter().filter(|plugin| plugin.kind == Kind::Regressor) {
            // linfa-pls takes a second a fit of the larger set; peers/run times it there.
            if plugin.id == "adit.linfa.pls" && n > 100 {
                continue;
            }
            group.bench_function(&plugin.id, |b| {
                b.iter(|| {
                    let made = host.regressor(&plugin.id, &Default::default());
                    made.expect("the regressor").fit(&axis, black_box(&x), &y, None, a)
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = short();
    targets = fit
}
criterion_main!(benches);
