//! From the ops of a chain to the few that a node runs. Each pass is one idea; all of them are exact in f64 up to rounding.

use adit_engine::Op;

use crate::affine::Affine;
use crate::{Error, Result};

/// An op with the place it comes from.
pub(crate) type Placed = (String, Op);

/// A chain's ops, fused: what prepares the row, and one dot product.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fused {
    pub(crate) n_in: usize,
    pub(crate) ops: Vec<Op>,
    pub(crate) weights: Vec<f64>,
    pub(crate) bias: f64,
    pub(crate) pow10: bool,
    pub(crate) low: Option<f64>,
}

/// One pass: changes the ops, and says in a line what it did, if anything.
type Pass = fn(&mut Vec<Placed>, usize) -> Option<String>;

/// In this order. Merging can leave an identity behind (a selection of what was just selected).
const PASSES: &[Pass] = &[drop_identities, merge_affines, drop_identities, project_weights];

/// Runs the passes and takes the dot product off the end. The lines say what was done, for people.
///
/// # Errors
/// What has no short form on a node, with the place and the reason.
pub(crate) fn fuse(mut ops: Vec<Placed>, n_in: usize) -> Result<(Fused, Vec<String>)> {
    let (pow10, low) = take_output(&mut ops)?;
    let lines = PASSES.iter().filter_map(|pass| pass(&mut ops, n_in)).collect();
    let (weights, bias) = take_weights(&mut ops, n_in)?;
    if let Some((place, _)) = ops.iter().find(|(_, op)| matches!(op, Op::Score { .. })) {
        return Err(unfit(
            place,
            "scores are not computed on a node",
            "export a chain whose regressor lowers to coefficients",
        ));
    }
    if let Some((place, _)) = ops.iter().find(|(_, op)| matches!(op, Op::Output { .. })) {
        return Err(unfit(place, "an output transform stands before other ops", "put it last"));
    }
    let ops = ops.into_iter().map(|(place, op)| narrow(&place, op)).collect::<Result<_>>()?;
    Ok((Fused { n_in, ops, weights, bias, pow10, low }, lines))
}

fn unfit(place: &str, why: &str, hint: &str) -> Error {
    Error::new(format!("{place}: {why}"), hint)
}

/// Takes the output ops off the end.
fn take_output(ops: &mut Vec<Placed>) -> Result<(bool, Option<f64>)> {
    let (mut pow10, mut low) = (false, None);
    while let Some((place, Op::Output { pow10: p, low: l })) = ops.last() {
        if pow10 && *p {
            return Err(unfit(place, "two powers of ten in a row", "keep one output transform"));
        }
        // This op runs before those already taken: its bound comes first, and under a later power it would bound the exponent.
        if pow10 && l.is_some() {
            return Err(unfit(
                place,
                "a bound under a power of ten",
                "bound the value after the power",
            ));
        }
        low = match (low, *l) {
            (Some(a), Some(b)) => Some(f64::max(a, b)),
            (a, b) => a.or(b),
        };
        pow10 |= *p;
        ops.pop();
    }
    Ok((pow10, low))
}

/// Ops that change nothing.
fn drop_identities(ops: &mut Vec<Placed>, n_in: usize) -> Option<String> {
    let before = ops.len();
    let mut n = n_in;
    ops.retain(|(_, op)| {
        let keeps = match Affine::of(op).and_then(|a| a.as_gather()) {
            Some(index) => index.len() == n && index.iter().enumerate().all(|(i, j)| i == *j),
            None => false,
        };
        n = op.outputs(n).unwrap_or(n);
        !keeps
    });
    let dropped = before - ops.len();
    (dropped > 0).then(|| format!("dropped {dropped} ops that change nothing"))
}

/// An affine op after an affine op becomes one, where that costs no more coefficients than the two.
///
/// A leading choice of channels stays: folded, its map would read the channels between those chosen, and a dead one there would refuse
/// the row. For neighbouring channels it is a view of the input on a node and costs nothing.
fn merge_affines(ops: &mut Vec<Placed>, _: usize) -> Option<String> {
    let mut lines = Vec::new();
    let mut i = 0;
    while i + 1 < ops.len() {
        let pair = Affine::of(&ops[i].1).zip(Affine::of(&ops[i + 1].1));
        let gathers = |k: usize| matches!(ops[k].1, Op::Gather { .. });
        let chooses = i == 0 && gathers(0) && !gathers(1);
        match pair.filter(|_| !chooses).map(|(a, b)| (a.then(&b), a.cost() + b.cost())) {
            Some((merged, apart)) if merged.cost() <= apart => {
                let (place, _) = ops.remove(i + 1);
                lines.push(format!("{} ({}) folded into {place}", ops[i].0, ops[i].1.describe()));
                ops[i] = (place, merged.into_op());
                i = i.saturating_sub(1);
            }
            _ => i += 1,
        }
    }
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// First channel of a gather of neighbours.
pub(crate) fn contiguous(op: &Op) -> Option<usize> {
    let Op::Gather { index, .. } = op else { return None };
    let first = *index.first()?;
    index.iter().enumerate().all(|(k, i)| *i == first + k).then_some(first)
}

/// After a row centre the row sums to zero, also when it has been scaled: a constant in the weights does nothing there in exact numbers
/// and only rounding error in f32, so it is taken out.
#[allow(clippy::ptr_arg)] // one type for all passes
fn project_weights(ops: &mut Vec<Placed>, _: usize) -> Option<String> {
    let last = ops.len().checked_sub(1)?;
    let scales =
        ops[..last].iter().rev().take_while(|(_, op)| matches!(op, Op::RowScale { .. })).count();
    let before = last.checked_sub(scales + 1)?;
    if ops[before].1 != Op::RowCentre {
        return None;
    }
    let (mut weights, bias) = Affine::of(&ops[last].1)?.single_row()?;
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    weights.iter_mut().for_each(|w| *w -= mean);
    ops[last].1 = Op::AffineDense { n_in: weights.len(), coefficients: weights, bias: vec![bias] };
    Some("weights projected to sum zero under the row centre".to_owned())
}

/// Takes the dot product off the end.
fn take_weights(ops: &mut Vec<Placed>, n_in: usize) -> Result<(Vec<f64>, f64)> {
    let last = ops.last().and_then(|(_, op)| Affine::of(op)).and_then(|a| a.single_row());
    if let Some(row) = last {
        ops.pop();
        return Ok(row);
    }
    let mut n = n_in;
    for (_, op) in ops.iter() {
        n = op.outputs(n)?;
    }
    if n == 1 {
        return Ok((vec![1.0], 0.0));
    }
    let place = ops.last().map_or("the chain", |(place, _)| place);
    Err(unfit(
        place,
        &format!("the chain ends with {n} values instead of one"),
        "export needs a regressor with one value an analyte",
    ))
}

/// A dense map that really has short rows becomes banded; one that has not is refused.
fn narrow(place: &str, op: Op) -> Result<Op> {
    match Affine::of(&op) {
        Some(a) if a.dense => {
            let why = format!(
                "the {} would need its full matrix on the node, because what follows it works on whole rows",
                op.describe()
            );
            Err(unfit(
                place,
                &why,
                "put it behind the row steps (SNV, MSC, scaling), where it folds into the coefficients, or leave it out",
            ))
        }
        Some(a) => Ok(a.into_op()),
        None => Ok(op),
    }
}
