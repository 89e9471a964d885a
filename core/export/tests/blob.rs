//! Damaged and hostile bytes: refused, or run without a panic and without writing outside (debug build: overflow checks are on).

mod support;

use std::collections::HashMap;

use adit_node::{Model, Refusal, Status, crc32};
use support::{Random, cases, compile_case};

fn blobs() -> Vec<(&'static str, Vec<u8>)> {
    cases()
        .into_iter()
        .map(|(name, chains, rows)| (name, compile_case(name, &chains, &rows).unwrap().blob))
        .collect()
}

/// Makes the checksum right again.
fn seal(bytes: &mut [u8]) {
    if bytes.len() >= 16 {
        let sum = crc32(&bytes[16..]);
        bytes[12..16].copy_from_slice(&sum.to_le_bytes());
    }
}

/// Loads and, if that goes well, runs rows of all kinds.
fn exercise(bytes: &[u8], random: &mut Random) -> Result<(), Refusal> {
    let model = Model::load(bytes)?;
    let n = model.input_len();
    let odd =
        [0.0, 1.0, -1.0, f32::NAN, f32::INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45];
    // Two numbers more than needed: what lies behind must not change.
    let mut scratch = vec![1.25; model.scratch_len() + 2];
    let (mut values, mut status) =
        (vec![0.0; model.output_len()], vec![Status::Ok; model.output_len()]);
    for _ in 0..6 {
        let mixed = random.unit() < 0.5;
        let row: Vec<f32> = (0..n)
            .map(|_| {
                if mixed && random.unit() < 0.1 {
                    odd[(random.bits() % 9) as usize]
                } else {
                    random.between(0.0, 3.0) as f32
                }
            })
            .collect();
        model.predict(&row, &mut scratch, &mut values, &mut status).unwrap();
        for (v, s) in values.iter().zip(&status) {
            assert_eq!(v.is_finite(), *s == Status::Ok);
        }
    }
    assert_eq!(scratch[model.scratch_len()..], [1.25, 1.25]);
    for k in 0..model.output_len() {
        assert!(model.output(k).is_some());
    }
    assert!(model.output(model.output_len()).is_none());
    Ok(())
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    for (name, blob) in blobs() {
        assert!(Model::load(&blob).is_ok());
        for i in 0..blob.len() {
            for mask in [1, 0x80, 0xFF] {
                let mut damaged = blob.clone();
                damaged[i] ^= mask;
                assert!(Model::load(&damaged).is_err(), "{name}: byte {i}");
            }
        }
        for len in 0..blob.len() {
            assert!(Model::load(&blob[..len]).is_err(), "{name}: cut to {len}");
        }
        let mut long = blob.clone();
        long.extend([0; 4]);
        assert_eq!(Model::load(&long).err(), Some(Refusal::Length));
    }
}

#[test]
fn mutants_with_a_right_checksum_never_panic() {
    let mut random = Random(2026);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let interesting = [
        0u32,
        1,
        2,
        3,
        4,
        5,
        0xFFFF,
        0x1_0000,
        0x7FFF_FFFF,
        0x8000_0000,
        0xFFFF_FFFF,
        0x3FFF_FFFF,
        0x4000_0001,
    ];
    for (_, blob) in blobs() {
        for _ in 0..4000 {
            let mut mutant = blob.clone();
            for _ in 0..=random.bits() % 3 {
                // Mostly in the heads, where sizes stand; the weights are one kind of thing.
                let reach = if random.unit() < 0.7 { blob.len().min(300) } else { blob.len() };
                let at = 16 + random.bits() as usize % (reach - 16);
                if random.unit() < 0.5 {
                    let word = at & !3;
                    let value = interesting[random.bits() as usize % interesting.len()];
                    mutant[word..word + 4].copy_from_slice(&value.to_le_bytes());
                } else {
                    mutant[at] = random.bits() as u8;
                }
            }
            if random.unit() < 0.2 {
                let keep = 64 + random.bits() as usize % (blob.len() - 63);
                mutant.truncate(keep & !3);
                let length = (mutant.len() as u32).to_le_bytes();
                mutant[8..12].copy_from_slice(&length);
            }
            seal(&mut mutant);
            let outcome = exercise(&mutant, &mut random)
                .map_or_else(|why| format!("{why:?}"), |()| "runs".to_owned());
            *seen.entry(outcome).or_default() += 1;
        }
    }
    println!("{seen:?}");
    // The mutants reach every check, and a good part gets through to run.
    for outcome in ["runs", "Header", "Section", "UnknownOp", "OpShape", "NotFinite", "Output"] {
        assert!(seen.get(outcome).is_some_and(|n| *n > 20), "{outcome}: {seen:?}");
    }
}

#[test]
fn noise_is_refused() {
    let mut random = Random(7);
    for len in (0..400).chain([4096]) {
        let noise: Vec<u8> = (0..len).map(|_| random.bits() as u8).collect();
        assert!(Model::load(&noise).is_err());
    }
}

#[test]
fn wrong_buffers_are_refused_and_nothing_is_written() {
    let (_, blob) = blobs().remove(1);
    let model = Model::load(&blob).unwrap();
    let (n, m, s) = (model.input_len(), model.output_len(), model.scratch_len());
    for (n, s, m, k) in [(n - 1, s, m, m), (n, s - 1, m, m), (n, s, m - 1, m), (n, s, m, m + 1)] {
        let (mut values, mut status) = (vec![9.0; m], vec![Status::Ok; k]);
        let got = model.predict(&vec![1.0; n], &mut vec![0.0; s], &mut values, &mut status);
        assert_eq!(got, Err(Refusal::Buffer));
        assert!(values.iter().all(|v| *v == 9.0));
    }
}

#[test]
fn the_header_says_what_was_given() {
    let (name, chains, rows) = cases().remove(0);
    let made = compile_case(name, &chains, &rows).unwrap();
    let model = Model::load(&made.blob).unwrap();
    assert_eq!(model.mine_hash(), adit_node::text_hash("test mine"));
    assert_eq!(model.provenance(), *b"0123456789abcdef");
    let axis =
        (0..41).fold(adit_node::AxisHash::default(), |h, i| h.position(250.0 + 2.5 * i as f32));
    assert_eq!(model.axis_hash(), axis.value());
    let info = model.output(1).unwrap();
    assert_eq!((info.name, info.unit), ("Mn", 20));
}

/// The first bytes of one model, word by word as `FORMAT.md` says: a change of the writer shows here.
#[test]
fn a_golden_blob() {
    let (name, chains, rows) = cases().into_iter().find(|c| c.0 == "log_ec").unwrap();
    let blob = compile_case(name, &chains, &rows).unwrap().blob;
    let want: &[u8] = include_bytes!("golden/log_ec.adn");
    if std::env::var_os("ADIT_WRITE_GOLDEN").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/log_ec.adn"), &blob)
            .unwrap();
        return;
    }
    assert_eq!(blob, want);
}
