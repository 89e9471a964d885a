//! A search over recipes: all at once, and one after the other.
#![allow(missing_docs)]

use adit_benches::{host, mine_water, short, venetian};
use adit_engine::plan::Plan;
use adit_engine::{Question, Recipe, Route, cross_validate, cross_validate_grid};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

/// Three scatter corrections x four filters x two scalings.
fn recipes() -> Vec<Recipe> {
    let scatter = ["", "adit.scatter.snv", "adit.scatter.msc"];
    let filters = [None, Some((11, 0)), Some((15, 1)), Some((21, 2))];
    let mut all = Vec::new();
    for scatter in scatter {
        for filter in filters {
            for scale in [false, true] {
                let mut text = String::new();
                if !scatter.is_empty() {
                    text += &format!("[[step]]\nplugin = \"{scatter}\"\n");
                }
                if let Some((window, derivative)) = filter {
                    text += "[[step]]\nplugin = \"adit.derivative.savitzky-golay\"\n";
                    text += &format!("window = {window}\norder = 2\nderivative = {derivative}\n");
                }
                text += "[regressor]\nplugin = \"adit.pls\"\ntargets = \"joint\"\n";
                text += &format!("scale = {scale}\n");
                all.push(Recipe::parse(&text).expect("a recipe"));
            }
        }
    }
    all
}

fn search(c: &mut Criterion) {
    let host = host();
    let recipes = recipes();
    let (n, a) = (60, 10);
    let (axis, x, y) = mine_water(n, 256, 4, 1);
    let folds = venetian(n, 10);
    let rows: Vec<usize> = (0..n).collect();
    let question =
        Question { rows: &rows, y: &y, folds: &folds, joint: true, column: 0, max_components: a };
    let mut group = c.benchmark_group(format!("{} recipes, 10 folds of 60x256x4", recipes.len()));
    group.bench_function("grid", |b| {
        b.iter_batched(
            || x.clone(),
            |x| {
                let mut answered = 0;
                let mut count = |_, _, answer: adit_engine::Result<_>| {
                    answered += usize::from(answer.is_ok());
                };
                cross_validate_grid(&recipes, &host, &axis, x, &[question], &mut count)
                    .expect("a grid");
                assert_eq!(answered, recipes.len());
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("one recipe after the other", |b| {
        b.iter(|| {
            for recipe in &recipes {
                let plan = Plan::new(recipe, &axis, &host).expect("a plan");
                let (steps, axis) = plan.hoist(&host).expect("the steps");
                let mut z = x.clone();
                for step in steps {
                    z = step.apply(&z).expect("a step").x;
                }
                cross_validate(&plan, &host, &axis, &z, &y, 0, None, &folds, a, Route::Planned)
                    .expect("a cross-validation");
            }
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = short();
    targets = search
}
criterion_main!(benches);
