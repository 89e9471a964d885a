//! The C interface from Rust, and the committed header against it (layout and numbers, by the system's C compiler).

use std::mem::{MaybeUninit, offset_of, size_of};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr::{null, null_mut};

use adit_node::capi::{AditNodeModel, adit_node_load, adit_node_output, adit_node_predict};
use adit_node::{Model, Refusal, Status};

fn blob() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../export/tests/golden/log_ec.adn");
    std::fs::read(path).unwrap()
}

#[test]
fn loads_and_predicts_at_any_alignment() {
    let bytes = blob();
    for shift in 0..4 {
        let mut moved = vec![0u8; shift];
        moved.extend(&bytes);
        let mut model = MaybeUninit::<AditNodeModel>::uninit();
        // SAFETY: a writable place, and bytes that live to the end of the loop.
        let code =
            unsafe { adit_node_load(model.as_mut_ptr(), moved[shift..].as_ptr(), bytes.len()) };
        assert_eq!(code, 0);
        // SAFETY: load gave 0, so it was filled.
        let model = unsafe { model.assume_init() };
        assert_eq!((model.input_len, model.output_len), (4, 1));
        let row = [850.0f32, 8.0, 7.1, 18000.0];
        let mut scratch = vec![f32::NAN; model.scratch_len as usize];
        let (mut value, mut status) = (f32::NAN, 77u8);
        // SAFETY: lengths as the model says.
        let code = unsafe {
            adit_node_predict(&model, row.as_ptr(), scratch.as_mut_ptr(), &mut value, &mut status)
        };
        let safe = Model::load(&bytes).unwrap();
        let (mut values, mut states) = ([0.0], [Status::Range]);
        safe.predict(&row, &mut scratch, &mut values, &mut states).unwrap();
        assert_eq!((code, status, value.to_bits()), (0, 0, values[0].to_bits()));

        let (mut name, mut unit) = ([0xFFu8; 33], 0u32);
        // SAFETY: 33 bytes and a number.
        let code = unsafe { adit_node_output(&model, 0, name.as_mut_ptr(), &mut unit) };
        assert_eq!((code, &name[..3], unit), (0, &b"Zn\0"[..], 20));
        // SAFETY: as above.
        let code = unsafe { adit_node_output(&model, 1, name.as_mut_ptr(), &mut unit) };
        assert_eq!(code, Refusal::Output as i32);
    }
}

#[test]
fn null_and_damage_are_codes() {
    let mut bytes = blob();
    let mut model = MaybeUninit::<AditNodeModel>::uninit();
    // SAFETY: null is refused; otherwise real places.
    unsafe {
        assert_eq!(
            adit_node_load(null_mut(), bytes.as_ptr(), bytes.len()),
            Refusal::NullPointer as i32
        );
        assert_eq!(adit_node_load(model.as_mut_ptr(), null(), 10), Refusal::NullPointer as i32);
        assert_eq!(
            adit_node_predict(null(), null(), null_mut(), null_mut(), null_mut()),
            Refusal::NullPointer as i32
        );
        bytes[70] ^= 1;
        assert_eq!(
            adit_node_load(model.as_mut_ptr(), bytes.as_ptr(), bytes.len()),
            Refusal::Checksum as i32
        );
    }
}

/// Compiles a program over the committed header, runs it and gives its words.
fn header_says(program: &str) -> Vec<usize> {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (source, exe) = (dir.join("header.c"), dir.join("header"));
    std::fs::write(&source, program).unwrap();
    let status = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()))
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("include"))
        .arg(&source)
        .arg("-o")
        .arg(&exe)
        .status()
        .unwrap();
    assert!(status.success());
    let out = Command::new(&exe).output().unwrap();
    String::from_utf8(out.stdout).unwrap().split_whitespace().map(|w| w.parse().unwrap()).collect()
}

#[test]
fn the_header_has_this_layout_and_these_numbers() {
    let fields = [
        "bytes",
        "length",
        "input_len",
        "output_len",
        "scratch_len",
        "section_count",
        "axis_hash",
        "mine_hash",
        "axis_kind",
    ];
    let codes = [
        "TOO_SHORT",
        "MAGIC",
        "VERSION",
        "NUMERIC_MODE",
        "LENGTH",
        "CHECKSUM",
        "HEADER",
        "SECTION",
        "UNKNOWN_OP",
        "OP_SHAPE",
        "NOT_FINITE",
        "OUTPUT",
        "BUFFER",
        "NULL_POINTER",
        "REFUSED_INPUT",
        "REFUSED_FLOOR",
        "REFUSED_RANGE",
    ];
    let mut program = "#include \"adit_node.h\"\n#include <stdio.h>\nint main(void) {\n".to_owned();
    program += "printf(\"%d\\n\", (int)sizeof(adit_node_model));\n";
    for f in fields {
        program += &format!("printf(\"%d\\n\", (int)offsetof(adit_node_model, {f}));\n");
    }
    for c in codes {
        program += &format!("printf(\"%d\\n\", (int)ADIT_NODE_{c});\n");
    }
    program += "return 0; }\n";
    let mut want = vec![
        size_of::<AditNodeModel>(),
        offset_of!(AditNodeModel, bytes),
        offset_of!(AditNodeModel, length),
        offset_of!(AditNodeModel, input_len),
        offset_of!(AditNodeModel, output_len),
        offset_of!(AditNodeModel, scratch_len),
        offset_of!(AditNodeModel, section_count),
        offset_of!(AditNodeModel, axis_hash),
        offset_of!(AditNodeModel, mine_hash),
        offset_of!(AditNodeModel, axis_kind),
    ];
    use Refusal as R;
    let refusals = [
        R::TooShort,
        R::Magic,
        R::Version,
        R::NumericMode,
        R::Length,
        R::Checksum,
        R::Header,
        R::Section,
        R::UnknownOp,
        R::OpShape,
        R::NotFinite,
        R::Output,
        R::Buffer,
        R::NullPointer,
    ];
    want.extend(refusals.map(|r| r as usize));
    want.extend([Status::Input, Status::Floor, Status::Range].map(|s| s as usize));
    assert_eq!(header_says(&program), want);
}
