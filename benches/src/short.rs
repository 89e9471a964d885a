//! How long a bench may take.

use std::time::Duration;

use criterion::Criterion;

/// Ten samples in about a second each: enough to see a change of a tenth, short enough to be run.
pub fn short() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}
