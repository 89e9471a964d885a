//! The emitted C against the node's runtime on the host: the same bits, or within 1e-6 where the C library's power is used.
//! Needs a C compiler (`CC` or `cc`), as the project's README says.

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use adit_engine::Matrix;
use adit_export::Compiled;
use adit_node::{Model, Status};
use support::{
    OUT, OpChain, cases, cc, compile_case, folder, output, snv, spectra, water, weights, write_c,
};

/// A program that reads rows as binary floats and writes values and states.
fn row_program(stem: &str) -> String {
    let up = stem.to_uppercase();
    format!(
        "#include \"{stem}.h\"\n#include <stdio.h>\nint main(void) {{\n    float x[{up}_INPUTS], s[{up}_SCRATCH], y[{up}_OUTPUTS];\n    uint8_t t[{up}_OUTPUTS];\n    \
         while (fread(x, sizeof x, 1, stdin) == 1) {{\n        (void){stem}_predict(x, s, y, t);\n        fwrite(y, sizeof y, 1, stdout);\n        fwrite(t, sizeof t, 1, stdout);\n    }}\n    return 0;\n}}\n"
    )
}

/// Bits and state of every output of every row, by C.
fn by_c(dir: &Path, c: &Compiled, rows: &[Vec<f32>], outputs: usize) -> Vec<(Vec<u32>, Vec<u8>)> {
    let source = write_c(dir, c);
    let main = dir.join("rows.c");
    std::fs::write(&main, row_program(&c.stem)).unwrap();
    let exe = dir.join("rows");
    let mut build = cc();
    build.arg(&source).arg(&main).arg("-o").arg(&exe);
    if c.needs_libm {
        build.arg("-lm");
    }
    output(&mut build).unwrap();
    let mut child =
        Command::new(&exe).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input: Vec<u8> = rows.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
    let mut pipe = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || pipe.write_all(&input).unwrap());
    let out = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert!(out.status.success());
    let word = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    out.stdout
        .chunks_exact(5 * outputs)
        .map(|row| {
            (row[..4 * outputs].chunks_exact(4).map(word).collect(), row[4 * outputs..].to_vec())
        })
        .collect()
}

/// Ordinary rows, and those at the edges of what can come in.
fn rows(like: &Matrix) -> Vec<Vec<f32>> {
    let many = if like.cols() == 4 { water(300, 7) } else { spectra(300, like.cols(), 7) };
    let single = |v: &[f64]| v.iter().map(|v| *v as f32).collect::<Vec<f32>>();
    let mut all: Vec<Vec<f32>> = many.iter_rows().chain(like.iter_rows()).map(single).collect();
    let n = like.cols();
    for v in [0.0, 1.0, -1.0, f32::NAN, f32::INFINITY, f32::MAX, f32::MIN_POSITIVE, 1.0e-42, 1.0e30]
    {
        all.push(vec![v; n]);
        all.push((0..n).map(|i| if i % 2 == 0 { v } else { -v }).collect());
        let mut one = all[0].clone();
        one[n / 2] = v;
        all.push(one);
    }
    for exponent in -140..=120 {
        let scale = 2.0_f32.powi(exponent);
        all.push(all[1].iter().map(|v| v * scale).collect());
    }
    all
}

#[test]
fn same_bits_and_states_on_every_row() {
    let mut report = String::new();
    for (name, chains, like) in cases() {
        let made = compile_case(name, &chains, &like).unwrap_or_else(|e| panic!("{name}: {e}"));
        let model = Model::load(&made.blob).unwrap();
        let m = model.output_len();
        let rows = rows(&like);
        let c = by_c(&folder(&format!("c_{name}")), &made, &rows, m);
        assert_eq!(c.len(), rows.len(), "{name}");
        let mut scratch = vec![0.0; model.scratch_len()];
        let (mut values, mut status) = (vec![0.0; m], vec![Status::Ok; m]);
        for (i, (row, (bits, states))) in rows.iter().zip(&c).enumerate() {
            model.predict(row, &mut scratch, &mut values, &mut status).unwrap();
            for k in 0..m {
                let (node, there) = (values[k], f32::from_bits(bits[k]));
                assert_eq!(status[k] as u8, states[k], "{name} row {i} output {k}: {node} {there}");
                if status[k] != Status::Ok {
                    assert!(there.is_nan() && node.is_nan());
                } else if made.needs_libm {
                    assert!(
                        (node - there).abs() <= 1e-6 * node.abs(),
                        "{name} row {i}: {node} {there}"
                    );
                } else {
                    assert_eq!(node.to_bits(), bits[k], "{name} row {i}: {node} {there}");
                }
            }
        }
        writeln!(report, "{name}: {} rows, {} outputs", rows.len(), m).unwrap();
    }
    println!("{report}");
}

#[test]
fn the_self_test_passes_and_fails_on_one_changed_coefficient() {
    for (name, chains, like) in
        cases().into_iter().filter(|c| matches!(c.0, "derivative_snv" | "season"))
    {
        let made = compile_case(name, &chains, &like).unwrap();
        let dir = folder(&format!("selftest_{name}"));
        let run = |made: &Compiled| {
            let source = write_c(&dir, made);
            let exe = dir.join("selftest");
            let mut build = cc();
            build.arg("-DADIT_SELFTEST").arg(&source).arg("-o").arg(&exe);
            if made.needs_libm {
                build.arg("-lm");
            }
            output(&mut build).unwrap();
            output(&mut Command::new(&exe))
        };
        let good = run(&made).unwrap();
        assert!(good.contains("PASS") && good.contains("bound 0: "), "{good}");
        let mut broken = made.clone();
        let at = broken
            .c_source
            .find("weights0_")
            .and_then(|at| Some(at + broken.c_source[at..].find("{\n    ")? + 6))
            .unwrap();
        let end = at + broken.c_source[at..].find('f').unwrap();
        let changed = 1.001 * broken.c_source[at..end].parse::<f32>().unwrap();
        broken.c_source.replace_range(at..end, &format!("{changed:.8e}"));
        let bad = run(&broken).unwrap_err();
        assert!(bad.contains("DIFFERENT") && bad.contains("FAIL"), "{bad}");
    }
}

#[test]
fn fast_math_is_refused_and_clang_agrees_if_it_is_there() {
    let (name, chains, like) = cases().into_iter().find(|c| c.0 == "derivative_snv").unwrap();
    let made = compile_case(name, &chains, &like).unwrap();
    let dir = folder("compilers");
    let source = write_c(&dir, &made);
    let mut fast = cc();
    fast.args(["-ffast-math", "-c"]).arg(&source).arg("-o").arg(dir.join("x.o"));
    assert!(output(&mut fast).unwrap_err().contains("ffast-math changes the results"));
    if Command::new("clang").arg("--version").output().is_err() {
        let required = std::env::var_os("ADIT_REQUIRE_ALL").is_some_and(|v| v == "1");
        assert!(!required, "clang is not installed");
        println!("clang: skipped: clang is not installed");
        return;
    }
    // -mfma without -ffp-contract=off: the pragma alone must keep the bits.
    let exe = dir.join("clang");
    let mut build = Command::new("clang");
    build
        .args([
            "-O2",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-std=c99",
            "-ffp-contract=on",
            "-DADIT_SELFTEST",
        ])
        .arg(&source)
        .arg("-o")
        .arg(&exe);
    output(&mut build).unwrap();
    assert!(output(&mut Command::new(&exe)).unwrap().contains("PASS"));
}

#[test]
fn two_models_with_awkward_names_live_in_one_program() {
    let rows = spectra(20, 41, 1);
    let awkward = ["Fe \"total\" */ ??/", "鉄\\\n(溶存)"];
    let made: Vec<Compiled> = ["2020 mine's \\ model */", "鉱山"]
        .iter()
        .zip([3, 4])
        .map(|(name, seed)| {
            let chains: Vec<OpChain> = awkward
                .iter()
                .map(|a| {
                    OpChain::new(a, 41, [snv().to_vec(), vec![weights(41, seed), OUT]].concat())
                })
                .collect();
            compile_case(name, &chains, &rows).unwrap()
        })
        .collect();
    assert_ne!(made[0].stem, made[1].stem);
    let dir = folder("two_models");
    let sources: Vec<_> = made.iter().map(|c| write_c(&dir, c)).collect();
    let main = dir.join("both.c");
    let text = format!(
        "#include \"{a}.h\"\n#include \"{b}.h\"\nint main(void) {{ return {A}_INPUTS == 41 && {B}_OUTPUTS == 2 && {a}_predict != {b}_predict ? 0 : 1; }}\n",
        a = made[0].stem,
        b = made[1].stem,
        A = made[0].stem.to_uppercase(),
        B = made[1].stem.to_uppercase(),
    );
    std::fs::write(&main, text).unwrap();
    let exe = dir.join("both");
    output(cc().args(&sources).arg(&main).arg("-o").arg(&exe)).unwrap();
    output(&mut Command::new(&exe)).unwrap();
    for (c, source) in made.iter().zip(&sources) {
        let exe = dir.join(format!("{}_test", c.stem));
        output(cc().arg("-DADIT_SELFTEST").arg(source).arg("-o").arg(&exe)).unwrap();
        assert!(output(&mut Command::new(&exe)).unwrap().contains("PASS"));
    }
}
