//! Cases that need a tool: each passes, fails, or says why it was skipped; with ADIT_REQUIRE_ALL=1 a skip is a failure.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode, Stdio};

/// What a case came to.
pub(crate) enum Outcome {
    Passed,
    Skipped(String),
}

/// A name and what to do.
pub(crate) type Case = (&'static str, fn() -> Outcome);

/// Runs the cases and reports as `cargo test` does.
pub(crate) fn main(cases: &[Case]) -> ExitCode {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let all = std::env::var_os("ADIT_REQUIRE_ALL").is_some_and(|v| v == "1");
    println!("\nrunning {} tests", cases.len());
    for (name, case) in cases {
        match catch_unwind(AssertUnwindSafe(case)) {
            Ok(Outcome::Passed) => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Ok(Outcome::Skipped(why)) if !all => {
                skipped += 1;
                println!("test {name} ... skipped: {why}");
            }
            Ok(Outcome::Skipped(why)) => {
                failed += 1;
                println!("test {name} ... FAILED: skipped: {why}");
            }
            Err(_) => {
                failed += 1;
                println!("test {name} ... FAILED");
            }
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; {skipped} ignored; 0 measured; 0 filtered out\n"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether a program can be started.
pub(crate) fn there_is(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}
