//! The proof that no way to a panic is left: `panic_proof/` links for bare metal, where its panic handler calls a function that nobody
//! defines. Also proves that the proof works: with one such way put in, the link must fail.
//!
//! Needs the targets thumbv6m-none-eabi and thumbv7em-none-eabihf. A case that cannot run prints `skipped: why`; with
//! ADIT_REQUIRE_ALL=1 that is a failure.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

const TARGETS: &[&str] = &["thumbv6m-none-eabi", "thumbv7em-none-eabihf"];

fn main() -> ExitCode {
    let (mut failed, mut skipped) = (0, 0);
    for target in TARGETS {
        if !installed(target) {
            println!(
                "no panic path on {target}: skipped: `rustup target add {target}` has not been run"
            );
            skipped += 1;
            continue;
        }
        for level in ["s", "2", "3"] {
            let out = build(target, level, false);
            let verdict = match (out.status.success(), symbols_with_panic(target)) {
                (false, _) => Err(String::from_utf8_lossy(&out.stderr).into_owned()),
                (true, Some(left)) if !left.is_empty() => Err(left),
                (true, Some(_)) => Ok("linked, no symbol of a panic"),
                (true, None) => Ok("linked (no nm to look at the symbols)"),
            };
            failed += report(&format!("{target}, opt-level {level}"), verdict);
        }
        let control = build(target, "3", true);
        let text = String::from_utf8_lossy(&control.stderr).into_owned();
        let caught = !control.status.success() && text.contains("adit_node_has_a_panic_path");
        failed += report(
            &format!("{target}, control"),
            if caught { Ok("a panic put in is caught") } else { Err(text) },
        );
    }
    let required = std::env::var_os("ADIT_REQUIRE_ALL").is_some_and(|v| v == "1");
    if failed > 0 || (required && skipped > 0) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn report(what: &str, verdict: Result<&str, String>) -> u32 {
    match verdict {
        Ok(text) => println!("no panic path on {what}: {text}"),
        Err(text) => {
            println!("no panic path on {what}: FAILED: {text}");
            return 1;
        }
    }
    0
}

fn installed(target: &str) -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let path = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output();
    path.is_ok_and(|o| {
        o.status.success() && Path::new(String::from_utf8_lossy(&o.stdout).trim()).is_dir()
    })
}

fn target_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("panic_proof")
}

fn build(target: &str, level: &str, with_panic: bool) -> Output {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/panic_proof/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--release", "--locked", "--target", target, "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", target_dir())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    if with_panic {
        cargo.args(["--features", "with-panic"]);
    }
    cargo.output().expect("cargo runs, it runs this test")
}

/// Names in the linked program that speak of a panic; `None` without a tool to look.
fn symbols_with_panic(target: &str) -> Option<String> {
    let program = target_dir().join(target).join("release/panic-proof");
    let out = ["arm-none-eabi-nm", "llvm-nm", "nm"].iter().find_map(|nm| {
        Command::new(nm).arg(&program).output().ok().filter(|o| o.status.success())
    })?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    // The proof's own crate name stands in no symbol that is kept.
    Some(
        text.lines()
            .filter(|l| l.contains("panicking") || l.contains("unwind"))
            .map(|l| format!("{l}\n"))
            .collect(),
    )
}
