//! Reads the finished bytes with the node's own runtime and compares with the f64 chain, on rows rounded to f32.

use adit_engine::Matrix;
use adit_node::{Model, Status};

use crate::{Error, ExportInput, Result};

/// The largest difference of one analyte, over the rows that have an estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Name of the analyte.
    pub name: String,
    /// Unit of the analyte.
    pub unit: String,
    /// Largest difference between node and chain: in the unit, or in log10 units for a log target.
    pub error: f64,
    /// Whether `error` is on the log10 scale.
    pub log10: bool,
    /// `error` in units of RMSECV (of the standard deviation of the estimates, if there is no RMSECV).
    pub of_rmsecv: f64,
    /// Rows compared.
    pub rows: usize,
}

/// One row as the node gave it.
pub(crate) struct NodeRow {
    pub(crate) input: Vec<f32>,
    pub(crate) values: Vec<f32>,
    pub(crate) status: Vec<Status>,
}

/// The rows rounded to f32, as the node will see them.
pub(crate) fn rounded(rows: &Matrix) -> Result<Matrix> {
    let data = rows.data().iter().map(|v| f64::from(*v as f32)).collect();
    Ok(Matrix::new(data, rows.rows(), rows.cols())?)
}

/// Loads the bytes and runs every row.
///
/// # Errors
/// Bytes that the node refuses: a fault of the writer.
pub(crate) fn run(blob: &[u8], rows: &Matrix) -> Result<Vec<NodeRow>> {
    let refused = |why| {
        Error::new(
            format!("the node refuses the model just written ({why:?})"),
            "please report this with the model file",
        )
    };
    let model = Model::load(blob).map_err(refused)?;
    let mut scratch = vec![f32::NAN; model.scratch_len()];
    let mut out = Vec::with_capacity(rows.rows());
    for row in rows.iter_rows() {
        let input: Vec<f32> = row.iter().map(|v| *v as f32).collect();
        let mut values = vec![0.0; model.output_len()];
        let mut status = vec![Status::Ok; model.output_len()];
        model.predict(&input, &mut scratch, &mut values, &mut status).map_err(refused)?;
        out.push(NodeRow { input, values, status });
    }
    Ok(out)
}

/// Compares the node's rows with the chains. `order[k]` is the analyte of output k, and whether its target is log10.
///
/// # Errors
/// A row that one side refuses and the other estimates.
pub(crate) fn compare(
    input: &ExportInput<'_>,
    order: &[(usize, bool)],
    rounded: &Matrix,
    node: &[NodeRow],
) -> Result<Vec<Bound>> {
    let mut bounds = Vec::new();
    for (k, (analyte, log10)) in order.iter().enumerate() {
        let analyte = &input.analytes[*analyte];
        let want = analyte.chain.apply(rounded)?;
        let scale = |v: f64| if *log10 { v.log10() } else { v };
        let (mut error, mut seen) = (0.0_f64, Vec::new());
        for (i, (row, want)) in node.iter().zip(&want).enumerate() {
            match (row.status[k], want) {
                (Status::Ok, Some(want)) => {
                    error = error.max((scale(f64::from(row.values[k])) - scale(*want)).abs());
                    seen.push(scale(*want));
                }
                (Status::Ok, None) | (_, Some(_)) => {
                    return Err(disagree(analyte.chain.name(), i, row.status[k], *want));
                }
                (_, None) => {}
            }
        }
        let unit = analyte.rmsecv.filter(|r| *r > 0.0).unwrap_or_else(|| deviation(&seen));
        bounds.push(Bound {
            name: analyte.chain.name().to_owned(),
            unit: analyte.chain.unit().to_owned(),
            error,
            log10: *log10,
            of_rmsecv: if error == 0.0 { 0.0 } else { error / unit },
            rows: seen.len(),
        });
    }
    Ok(bounds)
}

fn disagree(name: &str, row: usize, node: Status, chain: Option<f64>) -> Error {
    Error::new(
        format!(
            "{name}: in calibration row {row} the node says {node:?} where the chain says {chain:?}"
        ),
        "the row stands at a floor (no spread, a logarithm near zero): leave that sample out",
    )
}

fn deviation(v: &[f64]) -> f64 {
    let n = v.len() as f64;
    let mean = v.iter().sum::<f64>() / n;
    (v.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt()
}
