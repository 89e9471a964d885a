//! The committed header is what cbindgen makes of this crate.
//!
//! cbindgen is an outside tool (`cargo install cbindgen --version 0.29.4 --locked --root .tools`). Where it is neither in `.tools/bin`
//! nor in PATH this check is skipped and says so; with `ADIT_REQUIRE_ALL=1` a skipped check is a failure.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const VERSION: &str = "cbindgen 0.29.4";

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    match check_op_table(folder).and_then(|()| check(folder)) {
        Ok(()) => {
            println!("header: ok");
            ExitCode::SUCCESS
        }
        Err(Outcome::Skipped(why)) => {
            println!("skipped: {why}");
            let all = std::env::var_os("ADIT_REQUIRE_ALL").is_some_and(|v| v == "1");
            if all { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(Outcome::Failed(why)) => {
            println!("header: FAILED: {why}");
            ExitCode::FAILURE
        }
    }
}

enum Outcome {
    Skipped(String),
    Failed(String),
}

/// The tool in the right version.
fn cbindgen(folder: &Path) -> Option<PathBuf> {
    let own = folder.join("../../.tools/bin/cbindgen");
    let says = |tool: &Path| {
        let output = Command::new(tool).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    [own, PathBuf::from("cbindgen")].into_iter().find(|t| says(t).is_some_and(|v| v == VERSION))
}

fn check(folder: &Path) -> Result<(), Outcome> {
    let Some(tool) = cbindgen(folder) else {
        return Err(Outcome::Skipped(format!("{VERSION} is neither in .tools/bin nor in PATH")));
    };
    let output = Command::new(tool)
        .arg("--quiet")
        .arg("--config")
        .arg(folder.join("cbindgen.toml"))
        .arg(folder)
        .output()
        .map_err(|e| Outcome::Failed(e.to_string()))?;
    if !output.status.success() {
        return Err(Outcome::Failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let made = String::from_utf8_lossy(&output.stdout).into_owned();
    let committed = std::fs::read_to_string(folder.join("include/adit_plugin.h"))
        .map_err(|e| Outcome::Failed(e.to_string()))?;
    let differs = made.lines().zip(committed.lines()).position(|(a, b)| a != b);
    match differs {
        None if made.lines().count() == committed.lines().count() => Ok(()),
        line => Err(Outcome::Failed(format!(
            "include/adit_plugin.h is behind the crate (from line {}); make it anew as cbindgen.toml says",
            line.unwrap_or(made.lines().count().min(committed.lines().count())) + 1
        ))),
    }
}

/// The table of the ops stands in the header word by word as in the crate's documentation.
fn check_op_table(folder: &Path) -> Result<(), Outcome> {
    let read = |path: &str| {
        std::fs::read_to_string(folder.join(path)).map_err(|e| Outcome::Failed(e.to_string()))
    };
    let (documented, header) = (read("src/op.rs")?, read("include/adit_plugin.h")?);
    let rows: Vec<&str> = documented.lines().filter_map(|l| l.strip_prefix("//! |")).collect();
    match rows.iter().find(|r| !header.contains(&format!(" * |{r}"))) {
        Some(row) => Err(Outcome::Failed(format!("cbindgen.toml lacks the row |{row}"))),
        None if rows.len() < 10 => Err(Outcome::Failed("op.rs has no table".to_owned())),
        None => Ok(()),
    }
}
