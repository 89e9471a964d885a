//! The peer linfa-pls, called as its own documentation does, without adit in between.

use std::error::Error;
use std::time::Instant;

use adit_engine::Matrix;
use linfa::Dataset;
use linfa::traits::{Fit, Predict};
use linfa_pls::PlsRegression;
use ndarray::Array2;

/// Seconds of each fit, and the predictions of the training rows.
pub(crate) fn fit(
    x: &Matrix,
    y: &Matrix,
    components: usize,
    repeats: usize,
) -> Result<(Vec<f64>, Vec<f64>), Box<dyn Error>> {
    let array = |m: &Matrix| Array2::from_shape_vec((m.rows(), m.cols()), m.data().to_vec());
    let data = Dataset::new(array(x)?, array(y)?);
    let mut seconds = Vec::new();
    let mut predictions = Vec::new();
    for _ in 0..repeats.max(1) {
        let start = Instant::now();
        let model = PlsRegression::<f64>::params(components)
            .scale(true)
            .max_iterations(2000)
            .tolerance(1e-6)
            .fit(&data)?;
        seconds.push(start.elapsed().as_secs_f64());
        predictions = Predict::predict(&model, data.records()).iter().copied().collect();
    }
    Ok((seconds, predictions))
}
