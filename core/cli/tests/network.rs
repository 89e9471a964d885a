//! The product talks to nobody: the whole command set under `strace`, and not one network call.

#[path = "common/cases.rs"]
mod cases;
mod common;

use std::path::Path;
use std::process::{Command, ExitCode};

use cases::Outcome;
use common::{TwoFiles, adit};

fn main() -> ExitCode {
    cases::main(&[("no_command_makes_a_network_call", no_command_makes_a_network_call)])
}

fn no_command_makes_a_network_call() -> Outcome {
    if !cases::there_is("strace") {
        return Outcome::Skipped("strace is not installed".into());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(24).write(here);
    let source = common::repository().join("plugins/example-c/centre_max.c");
    let library = adit_host::testing::build_c(&source, "centre_max", &[], here);
    let library = common::arg(&library);
    for args in [
        &["calibrate", "set", "--out", "m.adit"][..],
        &["predict", "--model", "m.adit", "set/spectra.csv", "--out", "p.csv"],
        &["predict", "--model", "m.adit", "set/spectra.csv", "--out", "p.h5"],
        &["evaluate", "--model", "m.adit", "set"],
        &["export", "--model", "m.adit", "--to", "c", "--out", "fw"],
        &["export", "--model", "m.adit", "--to", "blob", "--out", "fw"],
        &["import", "set/spectra.csv", "--out", "store.h5"],
        &["inspect", "store.h5"],
        &["inspect", "m.adit"],
        &["report", "--model", "m.adit", "--out", "r.html"],
        &["plugin", "list"],
        &["plugin", "inspect", "adit.pls"],
        &["plugin", "trust", library],
    ] {
        let calls = network_calls(here, here, args);
        assert!(calls.is_empty(), "adit {args:?} made network calls:\n{calls}");
    }
    // The demo looks for its sets from the current folder upward.
    let out = here.join("demo");
    let calls = network_calls(here, &common::repository(), &["demo", "--out", common::arg(&out)]);
    assert!(calls.is_empty(), "adit demo made network calls:\n{calls}");
    assert!(out.exists(), "the demo did not run");
    Outcome::Passed
}

/// The trace lines that name a network call. That the trace works at all is shown by the exit line that strace always writes.
fn network_calls(here: &Path, current: &Path, args: &[&str]) -> String {
    let trace = here.join("trace.txt");
    let binary = adit().get_program().to_owned();
    let status = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=%network,exit_group", "-o"])
        .arg(&trace)
        .arg(binary)
        .args(args)
        .current_dir(current)
        .env("XDG_CONFIG_HOME", here.join("config"))
        .output()
        .expect("strace runs");
    let text = std::fs::read_to_string(&trace).expect("a trace");
    assert!(text.contains("exit_group"), "the trace is empty: {status:?}");
    assert!(status.status.success(), "adit {args:?} failed: {status:?}");
    text.lines().filter(|l| !l.contains("exit_group") && !l.contains("+++")).collect()
}
