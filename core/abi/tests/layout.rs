//! The committed header, compiled by the C compiler at hand, lays out every struct as Rust does, and its constants have the same
//! values.
#![allow(missing_docs)]

use std::fmt::Write as _;
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

use adit_abi::ext::*;
use adit_abi::op::*;
use adit_abi::unit::*;
use adit_abi::*;

/// One `_Static_assert` for the size, the alignment and each field of a struct. A field that is left out does not compile.
macro_rules! layout {
    ($out:ident, $($t:ident { $($field:ident),* $(,)? })*) => {$(
        #[allow(dead_code)]
        fn $t(v: $t) { let $t { $($field: _),* } = v; }
        assert_line(&mut $out, &format!("sizeof({})", stringify!($t)), size_of::<$t>());
        assert_line(&mut $out, &format!("ALIGN_OF({})", stringify!($t)), align_of::<$t>());
        $(assert_line(
            &mut $out,
            &format!("offsetof({}, {})", stringify!($t), stringify!($field)),
            offset_of!($t, $field),
        );)*
    )*};
}

macro_rules! values {
    ($out:ident, $($name:ident)*) => {$(assert_line(&mut $out, stringify!($name), $name);)*};
}

fn assert_line(out: &mut String, what: &str, value: impl std::fmt::Display) {
    writeln!(out, "_Static_assert({what} == {value}, \"{what} is {value} in Rust\");").unwrap();
}

#[allow(non_snake_case)]
fn assertions() -> String {
    let mut out = String::from(
        "#include \"adit_plugin.h\"\n#define ALIGN_OF(T) offsetof(struct { char c; T t; }, t)\n",
    );
    layout! { out,
        AditMatrix { data, rows, cols, row_stride }
        AditMatrixMut { data, rows, cols, row_stride }
        AditAxis { struct_size, unit, count, values, names, units }
        AditOp { struct_size, code, ints, int_count, nums, num_count }
        AditCall {
            struct_size, reserved, host, report, write, set_axis, push_op, parallel_for, cancelled,
        }
        AditValue { struct_size, kind, name, number, integer, text, numbers, texts, count }
        AditParam {
            struct_size, kind, name, unit, help, default_toml, min, max, choices, choice_count,
        }
        AditTransform { struct_size, reserved, fit, output, apply }
        AditRegressor { struct_size, reserved, fit, predict, select }
        AditPlugin {
            struct_size, kind, flags, state_version, id, name, version, summary, reference, vendor, licence, path_param,
            param_count, params, create, destroy, instance_flags, save, load, extension, transform, regressor,
        }
        AditBundle { magic, struct_size, abi_minor, reserved, abi_extra, build, plugin_count, plugins }
        AditLower { struct_size, reserved, lower }
        AditDiagnose { struct_size, reserved, score_count, scores, reconstruct }
        AditFold { struct_size, reserved, test, test_count, gap, gap_count }
        AditVariant { struct_size, centre, scale, reserved, filter }
        AditCrossValidation {
            struct_size, targets, x, y, weights, folds, fold_count, variants, variant_count, max_components, reserved,
            predictions, reached,
        }
        AditCrossValidate { struct_size, reserved, run, coefficients }
    }
    values! { out,
        ADIT_MAGIC ADIT_ABI_MINOR ADIT_KIND_READER ADIT_KIND_TRANSFORM ADIT_KIND_REGRESSOR
        ADIT_FLAG_DETERMINISTIC ADIT_FLAG_ROW_LOCAL ADIT_FLAG_SELECTS_COLUMNS ADIT_FLAG_CHANGES_AXIS ADIT_FLAG_NEEDS_Y
        ADIT_PARAM_FLOAT ADIT_PARAM_INT ADIT_PARAM_BOOL ADIT_PARAM_CHOICE ADIT_PARAM_TEXT ADIT_PARAM_FLOATS ADIT_PARAM_TEXTS
        ADIT_OK ADIT_ERR_ARG ADIT_ERR_SHAPE ADIT_ERR_STATE ADIT_ERR_STATE_BYTES ADIT_ERR_NUMERIC ADIT_ERR_UNSUPPORTED
        ADIT_ERR_CANCELLED ADIT_ERR_PANIC ADIT_ERR_INTERNAL
        ADIT_ROW_OK ADIT_ROW_NOT_FINITE ADIT_ROW_DIVISOR ADIT_ROW_LOG ADIT_ROW_OTHER
        ADIT_OP_GATHER ADIT_OP_AFFINE_BANDED ADIT_OP_AFFINE_DENSE ADIT_OP_ROW_CENTRE ADIT_OP_ROW_SCALE ADIT_OP_REGRESS_BASIS
        ADIT_OP_LOG10 ADIT_OP_RATIO ADIT_OP_HARMONIC ADIT_OP_PRODUCT ADIT_OP_CLAMP ADIT_OP_SCORE ADIT_OP_OUTPUT
        ADIT_NORM_SD ADIT_NORM_L1 ADIT_NORM_L2 ADIT_NORM_MAX ADIT_NORM_AREA ADIT_OUTPUT_IDENTITY ADIT_OUTPUT_POW10
        ADIT_TARGETS_SEPARATE ADIT_TARGETS_JOINT
        ADIT_UNIT_NONE ADIT_UNIT_NM ADIT_UNIT_PER_CM ADIT_UNIT_ABSORBANCE ADIT_UNIT_COUNTS ADIT_UNIT_US_PER_CM
        ADIT_UNIT_MS_PER_M ADIT_UNIT_DEG_C ADIT_UNIT_DAYS_UTC ADIT_UNIT_M ADIT_UNIT_MG_PER_L ADIT_UNIT_PERCENT ADIT_UNIT_PH
        ADIT_UNIT_LOG10
    }
    for (name, text) in [
        ("ADIT_ENTRY_SYMBOL", ADIT_ENTRY_SYMBOL.as_slice()),
        ("ADIT_ABI_EXTRA", ADIT_ABI_EXTRA),
        ("ADIT_EXT_LOWER", ADIT_EXT_LOWER),
        ("ADIT_EXT_DIAGNOSE", ADIT_EXT_DIAGNOSE),
        ("ADIT_EXT_CROSS_VALIDATE", ADIT_EXT_CROSS_VALIDATE),
    ] {
        let text = std::str::from_utf8(&text[..text.len() - 1]).unwrap();
        assert_line(&mut out, &format!("sizeof({name})"), text.len() + 1);
        let equal = format!("__builtin_strcmp({name}, \\\"{text}\\\") == 0");
        writeln!(out, "_Static_assert({}, \"{equal}\");", equal.replace('\\', "")).unwrap();
    }
    out
}

/// Compiles the assertions; gives the compiler's words when it refuses.
fn compile(c: &str) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("layout-{}.c", c.len()));
    std::fs::write(&source, c).unwrap();
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let output = Command::new(compiler)
        .args(["-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"])
        .arg("-I")
        .arg(folder.join("include"))
        .arg(&source)
        .output()
        .expect("a C compiler");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_header_lays_out_every_struct_as_rust_does() {
    compile(&assertions()).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn a_difference_would_be_noticed() {
    let c = assertions() + "_Static_assert(offsetof(AditParam, min) == 41, \"a test\");\n";
    assert!(compile(&c).unwrap_err().contains("a test"));
}

#[test]
fn every_struct_and_constant_of_the_header_is_compared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = std::fs::read_to_string(folder.join("include/adit_plugin.h")).unwrap();
    let c = assertions();
    let structs = header.lines().filter_map(|l| l.strip_prefix("} ")?.strip_suffix(';'));
    let constants = header
        .lines()
        .filter_map(|l| l.strip_prefix("#define ")?.split(' ').next())
        .filter(|n| !["ADIT_PLUGIN_H", "ADIT_EXPORT"].contains(n));
    let mut seen = 0;
    for name in structs.chain(constants) {
        assert!(c.contains(&format!("({name}")), "{name} is not compared");
        seen += 1;
    }
    assert!(seen > 80, "only {seen} found: the header looks different");
}
