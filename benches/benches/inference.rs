//! The whole fitted chain on raw rows: a batch, and one spectrum.
#![allow(missing_docs)]

use std::hint::black_box;

use adit_benches::{host, mine_water, plan, short};
use adit_engine::Chain;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const RECIPE: &str = r#"
[[step]]
plugin = "adit.derivative.savitzky-golay"
window = 15
order = 2
derivative = 1
[[step]]
plugin = "adit.scatter.snv"
[regressor]
plugin = "adit.pls"
targets = "joint"
"#;

fn predict(c: &mut Criterion) {
    let host = host();
    for p in [288, 2048] {
        let (axis, x, y) = mine_water(200, p, 4, 1);
        let plan = plan(&host, &axis, RECIPE);
        let chain = Chain::fit(&plan, &host, "Zn", "mg/L", &x, &y, 0, None, 10).expect("a chain");
        let mut group = c.benchmark_group(format!("Savitzky-Golay, SNV, PLS on {p} channels"));
        let (_, rows, _) = mine_water(2000, p, 4, 1);
        group.throughput(Throughput::Elements(2000));
        group.bench_function("2000 rows", |b| b.iter(|| chain.predict_targets(black_box(&rows))));
        let mut predictor = chain.predictor();
        group.throughput(Throughput::Elements(1));
        group.bench_function("one row", |b| b.iter(|| predictor.predict(black_box(rows.row(0)))));
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = short();
    targets = predict
}
criterion_main!(benches);
