//! The emitted C and the node's runtime on an emulated Cortex-M0 (no FPU, 16 KB RAM) and Cortex-M4F: the bits that the runtime gives
//! on the host.
//!
//! Needs arm-none-eabi-gcc with newlib, qemu-system-arm, and the Rust targets thumbv6m-none-eabi and thumbv7em-none-eabihf. A case that cannot run prints `skipped: why`; with ADIT_REQUIRE_ALL=1 that
//! is a failure. (No libtest harness, so that a skip cannot look like a pass.)

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use adit_export::Compiled;
use adit_node::{Model, Status};
use support::{cases, compile_case, folder, output, write_c};

struct Machine {
    name: &'static str,
    qemu: &'static str,
    target: &'static str,
    flags: &'static [&'static str],
    flash: &'static str,
    ram: &'static str,
}

const MACHINES: &[Machine] = &[
    Machine {
        name: "cortex-m0",
        qemu: "microbit",
        target: "thumbv6m-none-eabi",
        flags: &["-mcpu=cortex-m0", "-mthumb"],
        flash: "256K",
        ram: "16K",
    },
    Machine {
        name: "cortex-m4f",
        qemu: "mps2-an386",
        target: "thumbv7em-none-eabihf",
        flags: &["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
        flash: "4M",
        ram: "4M",
    },
];

fn main() -> ExitCode {
    let (mut failed, mut skipped, mut passed) = (0, 0, 0);
    for tool in ["arm-none-eabi-gcc", "qemu-system-arm"] {
        if Command::new(tool).arg("--version").output().is_err() {
            println!("emulated: skipped: {tool} is not installed");
            skipped += 1;
        }
    }
    if skipped == 0 {
        for machine in MACHINES {
            let runtime = runtime(machine);
            if let Err(why) = &runtime {
                println!(
                    "{} node runtime: skipped: {}",
                    machine.name,
                    why.lines().next().unwrap_or_default()
                );
                skipped += 1;
            }
            for (name, chains, rows) in cases() {
                let made = compile_case(name, &chains, &rows).unwrap();
                match run_case(machine, name, &made, &rows, runtime.as_deref().ok()) {
                    Ok(text) => {
                        println!("{} {name}: {text}", machine.name);
                        passed += 1;
                    }
                    Err(why) => {
                        println!("{} {name}: FAILED: {why}", machine.name);
                        failed += 1;
                    }
                }
            }
        }
    }
    println!("emulated: {passed} passed, {failed} failed, {skipped} skipped");
    let required = std::env::var_os("ADIT_REQUIRE_ALL").is_some_and(|v| v == "1");
    if failed > 0 || (required && skipped > 0) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The node's runtime as a library for this machine.
fn runtime(machine: &Machine) -> Result<PathBuf, String> {
    let manifest =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/tests/panic_proof/Cargo.toml");
    let target_dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("node_firmware");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "build",
            "--release",
            "--locked",
            "--lib",
            "--target",
            machine.target,
            "--manifest-path",
        ])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", &target_dir)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    output(&mut cargo)?;
    Ok(target_dir.join(machine.target).join("release/libadit_node_firmware.a"))
}

fn run_case(
    machine: &Machine,
    name: &str,
    made: &Compiled,
    rows: &adit_engine::Matrix,
    runtime: Option<&Path>,
) -> Result<String, String> {
    let dir = folder(&format!("emulated_{}_{name}", machine.name));
    let source = write_c(&dir, made);
    let selftest = ["-DADIT_SELFTEST", "-DADIT_SELFTEST_PUTS=semihost_puts"];
    let (said, flash) =
        emulate(machine, &dir, std::slice::from_ref(&source), "selftest", &selftest)?;
    if !said.contains("PASS") || !said.contains("bound 0: ") {
        return Err(said);
    }
    let rows = single_rows(rows);
    let write = |file: &str, text: String| {
        let path = dir.join(file);
        std::fs::write(&path, text).map(|()| path).map_err(|e| e.to_string())
    };
    let main = write("rows.c", row_program(&made.stem, &rows))?;
    let (said, _) = emulate(machine, &dir, &[source, main], "rows", &[])?;
    // The last bit of a power is the C library's.
    let compared = same_as_host(made, &rows, &said, made.needs_libm)?;
    let mut text =
        format!("C: self-test and {compared} values the same ({flash} bytes with the self-test)");
    if let Some(library) = runtime {
        let main = write("node.c", node_program(&made.blob, &rows))?;
        let include = format!(
            "-I{}",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/include").display()
        );
        let (said, flash) =
            emulate(machine, &dir, &[main, library.to_owned()], "node", &[&include])?;
        let compared = same_as_host(made, &rows, &said, false)?;
        text += &format!(
            "; node runtime: {compared} values the same ({flash} bytes with model and rows)"
        );
    }
    Ok(text)
}

/// Twenty ordinary rows and some at the edges.
fn single_rows(rows: &adit_engine::Matrix) -> Vec<Vec<f32>> {
    let mut all: Vec<Vec<f32>> =
        rows.iter_rows().take(20).map(|r| r.iter().map(|v| *v as f32).collect()).collect();
    for v in [0.0, -1.0, f32::NAN, 1e30, 1e-40] {
        let mut row = all[1].clone();
        row[rows.cols() / 2] = v;
        all.push(row);
        all.push(vec![v; rows.cols()]);
    }
    all.push(all[2].iter().map(|v| v * 1e-38).collect());
    all
}

/// The rows as a table of bits, and a function that says a word in hex.
fn common(rows: &[Vec<f32>]) -> String {
    let bits: String = rows.iter().flatten().fold(String::new(), |mut text, v| {
        let _ = write!(text, "0x{:08x}u,", v.to_bits());
        text
    });
    format!(
        "void semihost_puts(const char *text);
static const uint32_t bits[] = {{ {bits} }};
static void hex(uint32_t v) {{
    char text[10];
    int i;
    for (i = 0; i < 8; i++) text[i] = \"0123456789abcdef\"[(v >> (28 - 4 * i)) & 15u];
    text[8] = ' ';
    text[9] = 0;
    semihost_puts(text);
}}
"
    )
}

/// Runs every row through the emitted C; says status and bits of every output.
fn row_program(stem: &str, rows: &[Vec<f32>]) -> String {
    let up = stem.to_uppercase();
    format!(
        "#include \"{stem}.h\"
{}
static float x[{up}_INPUTS], s[{up}_SCRATCH], y[{up}_OUTPUTS];
static uint8_t t[{up}_OUTPUTS];
int main(void) {{
    union {{ float f; uint32_t u; }} p;
    uint32_t row, k;
    for (row = 0; row < {}u; row++) {{
        for (k = 0; k < {up}_INPUTS; k++) {{ p.u = bits[row * {up}_INPUTS + k]; x[k] = p.f; }}
        (void){stem}_predict(x, s, y, t);
        for (k = 0; k < {up}_OUTPUTS; k++) {{ p.f = y[k]; hex(t[k]); hex(p.u); }}
    }}
    return 0;
}}
",
        common(rows),
        rows.len()
    )
}

/// The same through the node's runtime and the bytes of the model.
fn node_program(blob: &[u8], rows: &[Vec<f32>]) -> String {
    let bytes: Vec<String> = blob.iter().map(u8::to_string).collect();
    format!(
        "#include \"adit_node.h\"
{}
static const uint8_t blob[] = {{ {} }};
static float x[64], s[256], y[8];
static uint8_t t[8];
int main(void) {{
    union {{ float f; uint32_t u; }} p;
    adit_node_model m;
    uint32_t row, k;
    if (adit_node_load(&m, blob, sizeof blob) != ADIT_NODE_OK || m.input_len > 64 || m.scratch_len > 256 || m.output_len > 8) return 1;
    for (row = 0; row < {}u; row++) {{
        for (k = 0; k < m.input_len; k++) {{ p.u = bits[row * m.input_len + k]; x[k] = p.f; }}
        if (adit_node_predict(&m, x, s, y, t) != ADIT_NODE_OK) return 1;
        for (k = 0; k < m.output_len; k++) {{ p.f = y[k]; hex(t[k]); hex(p.u); }}
    }}
    return 0;
}}
",
        common(rows),
        bytes.join(","),
        rows.len()
    )
}

/// Builds, runs; what it said and the bytes of flash.
fn emulate(
    machine: &Machine,
    dir: &Path,
    sources: &[PathBuf],
    name: &str,
    defines: &[&str],
) -> Result<(String, u64), String> {
    let support = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bare_metal");
    let elf = dir.join(format!("{name}.elf"));
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(machine.flags)
        .args([
            "-O2",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-std=gnu99",
            "-ffp-contract=off",
            "-ffunction-sections",
            "-fdata-sections",
        ])
        .args(defines)
        .args(sources)
        .arg(support.join("startup.c"))
        .args(["-nostartfiles", "--specs=nano.specs", "--specs=nosys.specs", "-Wl,--gc-sections"])
        .arg(format!("-Wl,--defsym=FLASH_SIZE={},--defsym=RAM_SIZE={}", machine.flash, machine.ram))
        .arg("-T")
        .arg(support.join("cortex_m.ld"))
        .arg("-lm")
        .arg("-o")
        .arg(&elf);
    output(&mut gcc)?;
    let size = output(Command::new("arm-none-eabi-size").arg(&elf))?;
    let numbers: Vec<u64> = size
        .lines()
        .nth(1)
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|v| v.parse().ok())
        .collect();
    let mut qemu = Command::new("timeout");
    qemu.args([
        "60",
        "qemu-system-arm",
        "-M",
        machine.qemu,
        "-nographic",
        "-monitor",
        "none",
        "-serial",
        "none",
    ])
    .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
    .arg(&elf);
    let run = qemu.output().map_err(|e| e.to_string())?;
    // Semihosting text comes on standard error or output, as the emulator's version has it.
    let said =
        format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    if run.status.success() {
        Ok((said, numbers.iter().take(2).sum()))
    } else {
        Err(format!("{}: {said}", run.status))
    }
}

fn same_as_host(
    made: &Compiled,
    rows: &[Vec<f32>],
    said: &str,
    nearly: bool,
) -> Result<usize, String> {
    let model = Model::load(&made.blob).map_err(|e| format!("{e:?}"))?;
    let m = model.output_len();
    let words: Vec<u32> =
        said.split_whitespace().filter_map(|w| u32::from_str_radix(w, 16).ok()).collect();
    if words.len() != 2 * m * rows.len() {
        return Err(format!("{} words instead of {}: {said}", words.len(), 2 * m * rows.len()));
    }
    let mut scratch = vec![0.0; model.scratch_len()];
    let (mut values, mut status) = (vec![0.0; m], vec![Status::Ok; m]);
    for (row, (x, words)) in rows.iter().zip(words.chunks_exact(2 * m)).enumerate() {
        model.predict(x, &mut scratch, &mut values, &mut status).map_err(|e| format!("{e:?}"))?;
        for (k, pair) in words.chunks_exact(2).enumerate() {
            let (there, here) = (f32::from_bits(pair[1]), values[k]);
            let same = pair[0] == status[k] as u32
                && match status[k] {
                    Status::Ok if nearly => (there - here).abs() <= 1e-6 * here.abs(),
                    Status::Ok => there.to_bits() == here.to_bits(),
                    _ => there.is_nan(),
                };
            if !same {
                return Err(format!(
                    "row {row} output {k}: {there} (status {}) instead of {here} ({:?})",
                    pair[0], status[k]
                ));
            }
        }
    }
    Ok(m * rows.len())
}
