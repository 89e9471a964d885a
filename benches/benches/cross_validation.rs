//! Cross-validation of shapes that take each route, and the obvious way (one fit a fold) beside it, over the plugin boundary.
#![allow(missing_docs)]

use adit_benches::{host, mine_water, plan, short, venetian};
use adit_engine::{Route, cross_validate};
use criterion::{Criterion, criterion_group, criterion_main};

/// Rows, columns, folds, largest count, scaled.
const SHAPES: [(usize, usize, usize, usize, bool); 5] = [
    (100, 288, 100, 10, false),
    (100, 288, 100, 10, true),
    (500, 2048, 10, 20, false),
    (500, 2048, 10, 20, true),
    (2000, 128, 50, 10, false),
];

fn folds(c: &mut Criterion) {
    let host = host();
    for (n, p, k, a, scale) in SHAPES {
        let (axis, x, y) = mine_water(n, p, 4, 1);
        let folds = venetian(n, k);
        let treated = if scale { "scaled" } else { "centred" };
        let mut group = c.benchmark_group(format!("{k} folds of {n}x{p}x4 A={a} {treated}"));
        for regressor in ["adit.pls", "adit.simpls"] {
            let recipe = format!(
                "[regressor]\nplugin = \"{regressor}\"\ntargets = \"joint\"\nscale = {scale}"
            );
            let plan = plan(&host, &axis, &recipe);
            for (name, route) in [("planned", Route::Planned), ("one fit a fold", Route::Slow)] {
                group.bench_function(format!("{regressor}, {name}"), |b| {
                    b.iter(|| {
                        cross_validate(&plan, &host, &axis, &x, &y, 0, None, &folds, a, route)
                            .expect("a cross-validation")
                    });
                });
            }
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = short();
    targets = folds
}
criterion_main!(benches);
