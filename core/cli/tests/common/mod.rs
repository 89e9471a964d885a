//! What the black-box tests share: the binary beside a fresh plugin library, and small sets with a known truth.
#![allow(dead_code)] // Each test target uses its own part.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// The binary, with the plugin library of this build beside it.
pub(crate) fn adit() -> Command {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_adit"));
    let library = adit_host::testing::builtin_plugins();
    assert_eq!(
        binary.parent().and_then(|p| p.canonicalize().ok()),
        library.canonicalize().ok(),
        "the plugin library must lie beside the binary"
    );
    Command::new(binary)
}

/// Runs the binary in `folder` with a configuration folder of its own.
pub(crate) fn run(folder: &Path, args: &[&str]) -> Output {
    adit()
        .args(args)
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("HOME", folder)
        .output()
        .expect("adit runs")
}

/// Exit code, standard output, standard error.
pub(crate) fn texts(o: &Output) -> (i32, String, String) {
    (
        o.status.code().expect("not killed"),
        String::from_utf8_lossy(&o.stdout).into_owned(),
        String::from_utf8_lossy(&o.stderr).into_owned(),
    )
}

/// Runs and expects success; gives standard output.
pub(crate) fn ok(folder: &Path, args: &[&str]) -> String {
    let (code, out, err) = texts(&run(folder, args));
    assert_eq!(code, 0, "adit {args:?}\n{out}\n{err}");
    out
}

/// Runs and expects this exit code and these words in the message; nothing on standard output.
pub(crate) fn fails(folder: &Path, args: &[&str], code: i32, words: &[&str]) {
    let (got, out, err) = texts(&run(folder, args));
    assert_eq!(got, code, "adit {args:?}\n{out}\n{err}");
    for word in words {
        assert!(err.contains(word), "adit {args:?} does not say {word:?}:\n{err}");
    }
    assert!(!err.contains("panicked"), "{err}");
}

/// Names of all files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            all.extend(files(&entry.path()));
        } else {
            all.push(entry.path());
        }
    }
    all.sort();
    all
}

/// A seeded uniform number in [0, 1) after each call (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Two files of spectra with two bands of known concentrations, and what may be changed before they are written.
pub(crate) struct TwoFiles {
    pub(crate) spectra: Vec<Vec<String>>,
    pub(crate) icp: Vec<Vec<String>>,
}

impl TwoFiles {
    /// `n` samples, 41 channels from 400 to 500 nm; Fe and Mn each have a band.
    pub(crate) fn new(n: usize) -> Self {
        let mut r = Random(7);
        let nm: Vec<f64> = (0..41).map(|k| 400.0 + 2.5 * k as f64).collect();
        let mut spectra = vec![
            std::iter::once("sample_id".to_owned()).chain(nm.iter().map(f64::to_string)).collect(),
        ];
        let mut icp = vec![["sample_id", "Fe [mg/L]", "Mn [mg/L]"].map(str::to_owned).to_vec()];
        for i in 0..n {
            let (fe, mn) = (1.0 + 9.0 * r.next(), 0.2 + 2.0 * r.next());
            let band = |at: f64, wide: f64, v: f64| (-((v - at) / wide).powi(2)).exp();
            let row = nm.iter().map(|v| {
                let a = 0.05 * fe * band(430.0, 18.0, *v) + 0.2 * mn * band(470.0, 12.0, *v);
                format!("{:.6}", 0.1 + a + 0.002 * (r.next() - 0.5))
            });
            spectra.push(std::iter::once(format!("s{i:02}")).chain(row).collect());
            icp.push(vec![format!("s{i:02}"), format!("{fe:.4}"), format!("{mn:.4}")]);
        }
        TwoFiles { spectra, icp }
    }

    /// Writes `spectra.csv` and `icp.csv` into `folder/set` and gives that folder.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        let set = folder.join("set");
        fs::create_dir_all(&set).expect("a folder for the set");
        let text =
            |rows: &[Vec<String>]| rows.iter().map(|r| r.join(",") + "\n").collect::<String>();
        fs::write(set.join("spectra.csv"), text(&self.spectra)).expect("spectra.csv");
        fs::write(set.join("icp.csv"), text(&self.icp)).expect("icp.csv");
        // The height of these spectra carries the signal, which the default SNV would take away.
        fs::write(set.join("recipe.toml"), "[regressor]\nplugin = \"adit.pls\"\n")
            .expect("recipe.toml");
        set
    }
}

/// A path as an argument.
pub(crate) fn arg(p: &Path) -> &str {
    p.to_str().expect("test paths are UTF-8")
}
