//! adit as a process that waits for tasks, so that a driver can run it in rotation with its peers.
//!
//! `peer_runner serve PLUGINS` loads the built-in library in the folder PLUGINS as the product does, then reads one task a line from
//! standard input (words apart by blanks; files lie in the current folder) and answers with one line: `ok`, the seconds of each repeat
//! and the route, apart by tabs, or `error` and why. Matrices are files of raw little-endian doubles, row after row: `NAME.x` (n x p)
//! and `NAME.y` (n x m). As many threads as RAYON_NUM_THREADS says.
//!
//! | task | what is timed | what is written to OUT |
//! |---|---|---|
//! | `make NAME n p m seed` | | `NAME.x`, `NAME.y`: [`adit_benches::mine_water`] |
//! | `load NAME n p m` | | |
//! | `drop NAME` | | |
//! | `fit RECIPE NAME A REPEATS OUT` | fit of A components | predictions of the training rows |
//! | `cv RECIPE NAME FOLDS A REPEATS OUT` | hoisted steps and folds | per test row, counts 0 to A, targets |
//! | `search NAME FOLDS A REPEATS OUT RECIPE...` | all recipes | per recipe, counts 0 to A: RMSE, mean of folds and targets |
//! | `predict RECIPE TRAIN NAME A REPEATS OUT` | raw rows to predictions | predictions |
//! | `linfa NAME A REPEATS OUT` | the peer linfa-pls, centred and scaled | predictions of the training rows |
//! | `read` | reading 512 MiB with two threads | |
#![forbid(unsafe_code)]

mod data;
mod peer_linfa;
mod tasks;

use std::error::Error;
use std::io::{BufRead, Write};

use adit_host::{Host, HostOptions};

type Answer = Result<(Vec<f64>, String), Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // cargo bench and cargo test start every bench with words of their own.
    let [verb, plugins] = args.as_slice() else { return Ok(()) };
    if verb != "serve" {
        return Ok(());
    }
    let folder = std::path::absolute(plugins)?;
    let host = Host::open(HostOptions {
        plugins_dir: Some(folder.join("no-such-folder")),
        builtin_dir: Some(folder),
    })?;
    let mut runner = tasks::Runner::new(&host);
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match answer(&mut runner, &words) {
            Ok((seconds, route)) => {
                let seconds: Vec<String> = seconds.iter().map(f64::to_string).collect();
                writeln!(out, "ok\t{}\t{}", seconds.join(" "), route.replace(['\n', '\t'], " "))?;
            }
            Err(e) => writeln!(out, "error\t{}", e.to_string().replace('\n', " "))?,
        }
        out.flush()?;
    }
    Ok(())
}

fn answer(runner: &mut tasks::Runner<'_>, words: &[&str]) -> Answer {
    match words {
        ["make", name, n, p, m, seed] => {
            data::make(name, n.parse()?, p.parse()?, m.parse()?, seed.parse()?)
        }
        ["load", name, n, p, m] => runner.load(name, n.parse()?, p.parse()?, m.parse()?),
        ["drop", name] => runner.forget(name),
        ["fit", recipe, name, a, repeats, out] => {
            runner.fit(recipe, name, a.parse()?, repeats.parse()?, out)
        }
        ["cv", recipe, name, folds, a, repeats, out] => {
            runner.cross_validate(recipe, name, folds.parse()?, a.parse()?, repeats.parse()?, out)
        }
        ["search", name, folds, a, repeats, out, recipes @ ..] => {
            runner.search(recipes, name, folds.parse()?, a.parse()?, repeats.parse()?, out)
        }
        ["predict", recipe, train, name, a, repeats, out] => {
            runner.predict(recipe, train, name, a.parse()?, repeats.parse()?, out)
        }
        ["linfa", name, a, repeats, out] => runner.linfa(name, a.parse()?, repeats.parse()?, out),
        ["read"] => Ok((vec![data::read_bandwidth()], "GB/s".into())),
        _ => Err(format!("no such task: {}", words.join(" ")).into()),
    }
}
