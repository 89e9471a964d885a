//! Preprocessing steps on a batch, over the plugin boundary.
#![allow(missing_docs)]

use std::hint::black_box;

use adit_benches::{host, mine_water, short};
use adit_engine::Plugins as _;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const STEPS: [(&str, &str, &str); 3] = [
    ("Savitzky-Golay", "adit.derivative.savitzky-golay", "window = 15\norder = 2\nderivative = 1"),
    ("SNV", "adit.scatter.snv", ""),
    ("MSC", "adit.scatter.msc", ""),
];

fn steps(c: &mut Criterion) {
    let host = host();
    for (n, p) in [(1000, 288), (2000, 2048)] {
        let (axis, x, _) = mine_water(n, p, 1, 1);
        let mut group = c.benchmark_group(format!("preprocessing {n}x{p}"));
        group.throughput(Throughput::Bytes((8 * n * p) as u64));
        for (name, id, settings) in STEPS {
            let settings = settings.parse().expect("settings in TOML");
            let mut step = host.transform(id, &settings).expect("the step");
            let training = if step.flags().row_local() { x.select_rows(&[]) } else { x.clone() };
            step.fit(&axis, &training, None, None).expect("a fit");
            group.bench_function(name, |b| b.iter(|| step.apply(black_box(&x))));
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = short();
    targets = steps
}
criterion_main!(benches);
