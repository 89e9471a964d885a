//! The whole way: lower, verify, fuse, share, round, write, read back; C from the same numbers.

use adit_engine::Matrix;
use adit_engine::lowered::run_row;

use crate::emit_c::{self, CText, Golden};
use crate::fuse::{Fused, fuse};
use crate::program::{Output, Program, Section, single, unit_number};
use crate::read_back::{self, Bound, NodeRow};
use crate::write::{Identity, blob};
use crate::{Error, ExportInput, Result, lower};

/// A node model that has been read back and found good.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The bytes of `core/node/FORMAT.md`.
    pub blob: Vec<u8>,
    /// The C99 source.
    pub c_source: String,
    /// Its header.
    pub c_header: String,
    /// File name without extension of the C pair; also the prefix of its names.
    pub stem: String,
    /// The measured error of each output, in the order of the outputs.
    pub bounds: Vec<Bound>,
    /// Names and reasons of the analytes that are not in the model.
    pub left_out: Vec<(String, String)>,
    /// What was done, line by line.
    pub notes: Vec<String>,
    /// Bytes of constants in the C file (its code comes on top).
    pub table_bytes: usize,
    /// Bytes of working memory for one row.
    pub scratch_bytes: usize,
    /// Whether the C needs `-lm`: its last step is `powf`, whose last bit is the C library's. Without it every compiler and machine
    /// gives the same bits.
    pub needs_libm: bool,
}

/// A section whose error is above this much of RMSECV gets a reference row, also where the caller allows more.
const AIM: f64 = 1e-4;

/// A section on its way: the fused ops that its analytes share, and who they are.
struct Shared {
    fused: Fused,
    section: Section,
    /// Index of the analyte, its weights and bias before rounding.
    members: Vec<(usize, Fused)>,
}

/// A model written and read back.
struct Attempt {
    program: Program,
    bytes: Vec<u8>,
    node: Vec<NodeRow>,
    bounds: Vec<Bound>,
}

/// Makes a node model of fitted chains.
///
/// # Errors
/// No analyte, chains of different axes, a step that cannot be lowered or fused, or an error on the calibration rows above the one
/// allowed. There is no half result.
pub fn compile(input: &ExportInput<'_>) -> Result<Compiled> {
    let axis = common_axis(input)?;
    let mut notes = Vec::new();
    let mut shared = share(input, &mut notes)?;
    let rounded = read_back::rounded(input.rows)?;
    let identity = Identity { mine: input.mine, axis, provenance: input.provenance };
    let order: Vec<(usize, bool)> =
        shared.iter().flat_map(|s| s.members.iter().map(|(i, f)| (*i, f.pow10))).collect();
    let attempt = |shared: &[Shared]| -> Result<Attempt> {
        let program = Program {
            n_in: axis.len(),
            sections: shared.iter().map(|s| s.section.clone()).collect(),
        };
        let bytes = blob(&program, &identity)?;
        let node = read_back::run(&bytes, &rounded)?;
        let bounds = read_back::compare(input, &order, &rounded, &node)?;
        Ok(Attempt { program, bytes, node, bounds })
    };
    let mut made = attempt(&shared)?;
    let aim = input.allowed.min(AIM);
    if made.bounds.iter().any(|b| above(b, aim)) {
        add_references(&mut shared, &made.bounds, input, aim, &rounded, &mut notes)?;
        made = attempt(&shared)?;
    }
    let Attempt { program, bytes, node, bounds } = made;
    if let Some(b) = bounds.iter().find(|b| above(b, input.allowed)) {
        return Err(too_coarse(b, input.allowed));
    }
    let golden = golden(&node);
    if golden.is_empty() {
        return Err(Error::new(
            "no calibration row has an estimate of every analyte",
            "export the analytes one at a time",
        ));
    }
    let c =
        emit_c::emit(&CText { input, axis, program: &program, bounds: &bounds, golden: &golden });
    Ok(Compiled {
        c_source: c.source,
        c_header: c.header,
        stem: c.stem,
        table_bytes: c.table_bytes,
        blob: bytes,
        bounds,
        left_out: input.left_out.to_vec(),
        notes,
        scratch_bytes: 4 * program.scratch_len(),
        needs_libm: program.needs_libm(),
    })
}

fn above(bound: &Bound, allowed: f64) -> bool {
    // Written so that NaN is above.
    let within = bound.of_rmsecv <= allowed;
    !within
}

fn too_coarse(b: &Bound, allowed: f64) -> Error {
    Error::new(
        format!(
            "{}: f32 differs from the model by {:.2e} of RMSECV, more than the allowed {allowed:.1e}",
            b.name, b.of_rmsecv
        ),
        "use fewer components, or a scatter correction before the regressor; a model this sensitive to rounding is sensitive to noise too",
    )
}

fn common_axis<'a>(input: &ExportInput<'a>) -> Result<&'a adit_engine::Axis> {
    let Some(first) = input.analytes.first() else {
        return Err(Error::new(
            "no analyte has a usable model",
            "calibrate with more samples or another recipe; there is nothing to export",
        ));
    };
    let axis = first.chain.input_axis();
    for a in input.analytes {
        if a.chain.input_axis() != axis {
            let what =
                format!("{} and {} have different inputs", first.chain.name(), a.chain.name());
            return Err(Error::new(what, "export them one at a time"));
        }
    }
    let rows = input.rows;
    if rows.rows() == 0 || rows.cols() != axis.len() {
        let what = format!(
            "{} rows of {} values to check with, for {} channels",
            rows.rows(),
            rows.cols(),
            axis.len()
        );
        return Err(Error::new(
            what,
            "a stripped model keeps its verification rows: hand those over",
        ));
    }
    Ok(axis)
}

/// Lowers and fuses every chain, and puts those with the same preprocessing together.
fn share(input: &ExportInput<'_>, notes: &mut Vec<String>) -> Result<Vec<Shared>> {
    let mut shared: Vec<Shared> = Vec::new();
    for (i, analyte) in input.analytes.iter().enumerate() {
        let name = analyte.chain.name();
        let ops =
            lower::lower(analyte.chain, input.rows, input.seed).map_err(|e| e.within(name))?;
        let (fused, lines) = fuse(ops.clone(), input.rows.cols()).map_err(|e| e.within(name))?;
        verify(&ops, &fused, input.rows).map_err(|e| e.within(name))?;
        notes.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
        match shared.iter_mut().find(|s| s.fused.ops == fused.ops) {
            Some(s) => {
                notes.push(format!(
                    "{name}: shares its preprocessing with {}",
                    input.analytes[s.members[0].0].chain.name()
                ));
                s.members.push((i, fused));
            }
            None => shared.push(Shared {
                section: Section::of(&fused)?,
                fused: fused.clone(),
                members: vec![(i, fused)],
            }),
        }
    }
    for s in &mut shared {
        s.section.outputs = outputs(s, input, None)?;
    }
    Ok(shared)
}

/// Fusing may change the last digits of f64, no more.
fn verify(ops: &[(String, adit_engine::Op)], fused: &Fused, rows: &Matrix) -> Result<()> {
    let plain: Vec<_> = ops.iter().map(|(_, op)| op.clone()).collect();
    for (i, row) in rows.iter_rows().enumerate() {
        let want = run_row(&plain, row)?;
        let got = fused.run(row)?;
        let same = match (&want, got) {
            (Ok(want), Some((got, size))) => {
                (want[0] - got).abs() <= 1e-9 * size.max(want[0].abs())
            }
            (Err(_), None) => true,
            _ => false,
        };
        if !same {
            let what = format!("fusing changed calibration row {i}: {got:?} instead of {want:?}");
            return Err(Error::new(what, "please report this with the model file"));
        }
    }
    Ok(())
}

impl Fused {
    /// The value and the size of the terms it was added from; `None` if the row is refused.
    fn run(&self, row: &[f64]) -> Result<Option<(f64, f64)>> {
        let Ok(z) = run_row(&self.ops, row)? else { return Ok(None) };
        let terms = || z.iter().zip(&self.weights).map(|(z, w)| z * w);
        let mut y = self.bias + terms().sum::<f64>();
        let mut size = self.bias.abs() + terms().map(f64::abs).sum::<f64>();
        if self.pow10 {
            // d(10^z) = ln 10 * 10^z dz
            size = size.max(1.0) * 10f64.powf(y) * std::f64::consts::LN_10;
            y = 10f64.powf(y);
        }
        let y = self.low.map_or(y, |low| y.max(low));
        Ok(y.is_finite().then_some((y, size)))
    }
}

fn outputs(s: &Shared, input: &ExportInput<'_>, reference: Option<&[f32]>) -> Result<Vec<Output>> {
    let make = |(i, fused): &(usize, Fused)| {
        let chain = input.analytes[*i].chain;
        let shift: f64 = reference
            .map_or(0.0, |r| r.iter().zip(&fused.weights).map(|(r, w)| f64::from(*r) * w).sum());
        Ok(Output {
            name: chain.name().to_owned(),
            unit: unit_number(chain.unit()),
            pow10: fused.pow10,
            low: fused.low.map(single).transpose()?,
            bias: single(fused.bias + shift)?,
            weights: fused.weights.iter().map(|w| single(*w)).collect::<Result<_>>()?,
        })
    };
    s.members.iter().map(make).collect()
}

/// Where an analyte is above the error aimed at, its section gets a reference row: the outputs then add small differences to the mean
/// calibration row, instead of large terms that cancel.
fn add_references(
    shared: &mut [Shared],
    bounds: &[Bound],
    input: &ExportInput<'_>,
    aim: f64,
    rounded: &Matrix,
    notes: &mut Vec<String>,
) -> Result<()> {
    let mut k = 0;
    for s in shared {
        let mine = &bounds[k..k + s.members.len()];
        k += s.members.len();
        if mine.iter().any(|b| above(b, aim)) {
            let reference = mean_row(&s.fused, rounded)?;
            s.section.outputs = outputs(s, input, Some(&reference))?;
            s.section.reference = Some(reference);
            s.section.lay_out(rounded.cols())?;
            let names: Vec<_> = mine.iter().map(|b| b.name.as_str()).collect();
            notes.push(format!("{}: a reference row was added, because the plain dot product was too coarse in f32", names.join(", ")));
        }
    }
    Ok(())
}

fn mean_row(fused: &Fused, rows: &Matrix) -> Result<Vec<f32>> {
    let (mut sum, mut n) = (vec![0.0; fused.weights.len()], 0.0);
    for row in rows.iter_rows() {
        if let Ok(z) = run_row(&fused.ops, row)? {
            sum.iter_mut().zip(&z).for_each(|(s, z)| *s += z);
            n += 1.0;
        }
    }
    sum.into_iter().map(|s| single(if n > 0.0 { s / n } else { 0.0 })).collect()
}

/// First, middle and last row of those that have every estimate.
fn golden(node: &[NodeRow]) -> Vec<Golden<'_>> {
    let good: Vec<&NodeRow> =
        node.iter().filter(|r| r.status.iter().all(|s| *s == adit_node::Status::Ok)).collect();
    let mut picks = vec![0, good.len() / 2, good.len().saturating_sub(1)];
    picks.dedup();
    picks
        .into_iter()
        .filter_map(|i| good.get(i))
        .map(|r| Golden { input: &r.input, values: &r.values })
        .collect()
}
