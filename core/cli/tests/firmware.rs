//! Firmware of the committed sets: the exported C, compiled and run, gives what `predict` gives on every sample, and its self-test
//! gives the same bits on emulated Cortex-M0 and M4F cores.

#[path = "common/cases.rs"]
mod cases;
mod common;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use adit_calibration::{Loaded, Model, SamplePrediction, predict};
use adit_spectra::{ReadOptions, read_any};
use cases::Outcome;
use common::{arg, ok, repository};
use serde_json::Value;

/// A committed set, and the largest difference allowed in units of RMSECV.
struct Set {
    name: &'static str,
    folder: &'static str,
    input: &'static str,
    calibrate: &'static [&'static str],
    allowed: f64,
}

const SETS: &[Set] = &[
    Set {
        name: "fcr_uvvis_fe_mn_2020",
        folder: "calibration/mines/fcr_uvvis_fe_mn_2020",
        input: "captures/spectra.csv",
        calibrate: &[],
        allowed: 1e-4,
    },
    Set {
        name: "fcr_uvvis_fe_mn_2018",
        folder: "calibration/mines/fcr_uvvis_fe_mn_2018",
        input: "captures/spectra.csv",
        calibrate: &[],
        allowed: 1e-4,
    },
    Set {
        name: "csm_clear_creek",
        folder: "calibration/mines/csm_clear_creek",
        input: "table.csv",
        calibrate: &[],
        allowed: 1e-4,
    },
    Set {
        name: "tecator_meat",
        folder: "benches/data/tecator_meat",
        input: "spectra.csv",
        calibrate: &["--where", "split=train"],
        allowed: 1e-3,
    },
];

fn main() -> ExitCode {
    cases::main(&[
        ("exported_c_equals_predict", exported_c_equals_predict),
        ("self_test_on_cortex_m", self_test_on_cortex_m),
    ])
}

/// Calibrates a set and exports it; the folder of the C pair and its stem.
fn firmware(set: &Set, here: &Path) -> (PathBuf, String) {
    let source = repository().join(set.folder);
    let mut args = vec!["calibrate", arg(&source), "--out", "m.adit"];
    args.extend(set.calibrate);
    ok(here, &args);
    let printed = ok(here, &["export", "--model", "m.adit", "--to", "c", "--out", "fw"]);
    assert!(printed.contains("of RMSECV"), "export prints the bound that it measured:\n{printed}");
    let c = fs::read_dir(here.join("fw"))
        .expect("fw")
        .flatten()
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|e| e == "c"))
        .expect("a C file");
    let stem = c.file_stem().and_then(|s| s.to_str()).expect("a stem").to_owned();
    (here.join("fw"), stem)
}

/// The input file with every number rounded to f32, written so that it reads back exactly, and its rows as floats in the order of
/// `channels`.
fn rounded(set: &Set, here: &Path, channels: &[String]) -> (PathBuf, Vec<Vec<f32>>) {
    let text =
        fs::read_to_string(repository().join(set.folder).join(set.input)).expect("the input");
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("headings").split(',').collect();
    // A wavelength is found by its number, a named column by its heading.
    let place = |channel: &String| {
        let nm = channel.strip_suffix(" nm").and_then(|v| v.parse::<f64>().ok());
        head.iter()
            .position(|h| match nm {
                Some(nm) => h.parse() == Ok(nm),
                None => h == channel,
            })
            .unwrap_or_else(|| panic!("{channel} among {head:?}"))
    };
    let places: Vec<usize> = channels.iter().map(place).collect();
    let (mut out, mut rows) = (head.join(",") + "\n", Vec::new());
    for line in lines {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let row = places.iter().map(|&j| {
            let v: f32 = cells[j].parse().unwrap_or(f32::NAN);
            if v.is_finite() {
                cells[j] = f64::from(v).to_string();
            }
            v
        });
        rows.push(row.collect());
        out += &(cells.join(",") + "\n");
    }
    let path = here.join("rounded.csv");
    fs::write(&path, out).expect("rounded.csv");
    (path, rows)
}

/// A program that reads rows of floats and writes value and status of each output.
fn row_program(stem: &str) -> String {
    let up = stem.to_uppercase();
    format!(
        "#include \"{stem}.h\"
#include <stdio.h>
int main(void) {{
    float x[{up}_INPUTS], s[{up}_SCRATCH], y[{up}_OUTPUTS];
    uint8_t t[{up}_OUTPUTS];
    int k;
    while (fread(x, sizeof x, 1, stdin) == 1) {{
        (void){stem}_predict(x, s, y, t);
        for (k = 0; k < {up}_OUTPUTS; k++) printf(\"%.9g %d \", (double)y[k], t[k]);
        printf(\"\\n\");
    }}
    return 0;
}}
"
    )
}

fn exported_c_equals_predict() -> Outcome {
    for set in SETS {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path();
        let (fw, stem) = firmware(set, here);
        let exported: Value = serde_json::from_str(&ok(
            here,
            &["export", "--model", "m.adit", "--to", "c", "--out", "fw", "--json"],
        ))
        .expect("one JSON document");
        let channels: Vec<String> =
            exported["inputs"].as_array().expect("inputs").iter().map(text).collect();
        let (input, rows) = rounded(set, here, &channels);
        compare(set, &exported, &predicted(here, &input), &run_c(&fw, &stem, &rows));
    }
    Outcome::Passed
}

fn text(v: &Value) -> String {
    v.as_str().expect("a text").to_owned()
}

/// Value and status of each output, row by row.
fn run_c(fw: &Path, stem: &str, rows: &[Vec<f32>]) -> Vec<Vec<(f64, u32)>> {
    fs::write(fw.join("rows.c"), row_program(stem)).expect("rows.c");
    let built = Command::new("cc")
        .args(["-O2", "-Wall", "-Wextra", "-Werror", "-std=c99", "-ffp-contract=off"])
        .args(["-o", "rows", "rows.c", &format!("{stem}.c"), "-lm"])
        .current_dir(fw)
        .output()
        .expect("cc runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let mut child = Command::new(fw.join("rows"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rows runs");
    let bytes: Vec<u8> = rows.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
    let mut pipe = child.stdin.take().expect("a pipe");
    let feed = std::thread::spawn(move || pipe.write_all(&bytes).expect("all rows go in"));
    let out = child.wait_with_output().expect("rows ends");
    feed.join().expect("fed");
    let pair = |p: &[&str]| (p[0].parse().unwrap_or(f64::NAN), p[1].parse().unwrap_or(9));
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().chunks(2).map(pair).collect())
        .collect()
}

/// The estimates of `predict` for a file, refused ones too: the firmware of this version gives the number and leaves T2 and Q to the
/// host.
fn predicted(here: &Path, input: &Path) -> Vec<SamplePrediction> {
    let host = adit_host::testing::host();
    let model = Model::read(&here.join("m.adit")).expect("the model");
    let loaded = Loaded::new(model, &host).expect("the model works");
    let table = read_any(input, &ReadOptions::default()).expect("the input").table;
    predict(&loaded, &table, 0.95).expect("estimates")
}

/// Every estimate against the C output of the same analyte. An analyte that is unfit is not in the firmware.
fn compare(
    set: &Set,
    exported: &Value,
    predicted: &[SamplePrediction],
    from_c: &[Vec<(f64, u32)>],
) {
    let outputs = exported["outputs"].as_array().expect("outputs");
    assert_eq!(predicted.len(), from_c.len(), "{}: rows", set.name);
    for (sample, row) in predicted.iter().zip(from_c) {
        for (output, (value, status)) in outputs.iter().zip(row) {
            let there = sample.analytes.iter().find(|a| output["name"] == a.name.as_str());
            let want = there.expect("the analyte").unjudged;
            let (z, in_unit) = want.z.zip(want.value).expect("an estimate");
            let rmsecv = output["rmsecv"].as_f64().expect("an RMSECV");
            let difference = match output["log10"] == true {
                true => value.log10() - z,
                false => value - in_unit,
            };
            assert!(
                *status == 0 && difference.abs() <= set.allowed * rmsecv,
                "{} {} {}: C gives {value}, predict {in_unit}",
                set.name,
                sample.id,
                output["name"]
            );
        }
    }
    println!("{}: {} x {} estimates agree", set.name, predicted.len(), outputs.len());
}

/// The lines of a self-test that give a result's bits.
fn bits(text: &str) -> Vec<String> {
    let is_bits = |w: &&str| w.len() == 8 && w.chars().all(|c| c.is_ascii_hexdigit());
    text.lines()
        .filter(|l| !l.starts_with("bound"))
        .flat_map(|l| l.split_whitespace().filter(is_bits).take(1))
        .map(str::to_owned)
        .collect()
}

fn self_test_on_cortex_m() -> Outcome {
    for tool in ["arm-none-eabi-gcc", "qemu-system-arm"] {
        if !cases::there_is(tool) {
            return Outcome::Skipped(format!("{tool} is not installed"));
        }
    }
    for set in SETS {
        let folder = tempfile::tempdir().expect("a folder");
        let (fw, stem) = firmware(set, folder.path());
        let host = output(
            Command::new("sh")
                .args(["-c", &format!("cc -O2 -Wall -Wextra -Werror -std=c99 -ffp-contract=off -DADIT_SELFTEST {stem}.c -o host -lm && ./host")])
                .current_dir(&fw),
        );
        let libm =
            fs::read_to_string(fw.join(format!("{stem}.c"))).expect("the C").contains("powf(");
        for (core, machine, flags) in [
            (
                "Cortex-M0",
                "microbit",
                "-mcpu=cortex-m0 -mthumb -Wl,--defsym=FLASH_SIZE=256K,--defsym=RAM_SIZE=16K",
            ),
            (
                "Cortex-M4F",
                "mps2-an386",
                "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -Wl,--defsym=FLASH_SIZE=4M,--defsym=RAM_SIZE=4M",
            ),
        ] {
            let emulated = emulate(&fw, &stem, machine, flags);
            assert!(
                emulated.contains("PASS") && emulated.contains("bound"),
                "{} {core}:\n{emulated}",
                set.name
            );
            let (here, there) = (bits(&host), bits(&emulated));
            assert!(!here.is_empty() && here.len() == there.len(), "{host}\n{emulated}");
            for (a, b) in here.iter().zip(&there) {
                let value = |t: &str| f32::from_bits(u32::from_str_radix(t, 16).expect("hex"));
                let same = if libm {
                    (value(a) - value(b)).abs() <= 1e-6 * value(a).abs()
                } else {
                    a == b
                };
                assert!(same, "{} {core}: {b} instead of {a}", set.name);
            }
            println!(
                "{} {core}: {} results{}",
                set.name,
                there.len(),
                if libm { " within 1e-6" } else { " to the bit" }
            );
        }
    }
    Outcome::Passed
}

fn emulate(fw: &Path, stem: &str, machine: &str, flags: &str) -> String {
    let bare = repository().join("core/export/tests/bare_metal");
    let bare = arg(&bare);
    output(
        Command::new("sh")
            .args(["-c", &format!(
                "arm-none-eabi-gcc {flags} -O2 -Wall -Wextra -Werror -std=c99 -ffp-contract=off \
                 -ffunction-sections -fdata-sections -DADIT_SELFTEST -DADIT_SELFTEST_PUTS=semihost_puts \
                 -nostartfiles --specs=nano.specs --specs=nosys.specs -Wl,--gc-sections \
                 -T {bare}/cortex_m.ld {stem}.c {bare}/startup.c -lm -o t.elf && \
                 timeout 60 qemu-system-arm -M {machine} -nographic -monitor none -serial none \
                 -semihosting-config enable=on,target=native -kernel t.elf"
            )])
            .current_dir(fw),
    )
}

/// All that a command said; it must succeed.
fn output(command: &mut Command) -> String {
    let o = command.output().expect("a shell");
    let said =
        String::from_utf8_lossy(&o.stdout).into_owned() + &String::from_utf8_lossy(&o.stderr);
    assert!(o.status.success(), "{command:?}\n{said}");
    said
}
