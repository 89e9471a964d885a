//! adit: estimates metals in mine drainage from spectra and electrical conductivity.
#![forbid(unsafe_code)]

#[macro_use]
mod print;

mod args;
mod commands;
mod failure;
mod input;
mod output;
mod progress;
mod report;
mod report_data;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::{BUG, Failure};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = std::panic::catch_unwind(|| {
        let code = run(&cli)?;
        print::finish().map(|()| code)
    });
    match outcome {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(failure)) => {
            // What was printed before stands, whether or not it can be flushed.
            let _ = print::finish();
            note!("adit: {failure}");
            ExitCode::from(failure.code)
        }
        Err(_) => {
            note!("adit: this is a bug; please report it with the input that caused it");
            ExitCode::from(BUG)
        }
    }
}

fn run(cli: &Cli) -> Result<u8, Failure> {
    if let Some(n) = cli.global.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(usize::from(n))
            .build_global()
            .map_err(|e| Failure::usage(format!("--threads {n}: {e}")))?;
    }
    let global = &cli.global;
    match &cli.command {
        Command::Demo { out } => commands::demo::run(out, global),
        Command::Calibrate(a) => commands::calibrate::run(a, global),
        Command::Predict(a) => commands::predict::run(a, global),
        Command::Evaluate(a) => commands::evaluate::run(a, global),
        Command::Export(a) => commands::export::run(a, global),
        Command::Inspect { file } => commands::inspect::run(file, global),
        Command::Import { files, out } => commands::import::run(files, out, global),
        Command::Report { model, out, lang } => commands::report::run(model, out, *lang, global),
        Command::Plugin(a) => commands::plugin::run(a, global),
        Command::Series(_) => {
            Err(Failure::later("adit series", "calibrate and predict take series as they are"))
        }
        Command::Frame(_) => Err(Failure::later("adit frame", "")),
        Command::Verify(_) => {
            Err(Failure::later("adit verify", "adit inspect checks a file's own hash"))
        }
    }
}
