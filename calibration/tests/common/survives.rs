//! What every estimate must be, whatever the data.

use std::sync::OnceLock;

use adit_calibration::{Loaded, Model, predict};
use adit_host::Host;
use adit_spectra::Table;

/// The built-in plugins, opened once.
pub(crate) fn host() -> &'static Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    HOST.get_or_init(adit_host::testing::host)
}

/// The model after a write and a read, used on `table`: the estimates of its first analyte, `None` where refused.
///
/// # Panics
/// When a number is not finite, an estimate stands without an interval, or a refusal without a reason.
pub(crate) fn predictions(model: &Model, table: &Table) -> Vec<Option<f64>> {
    let back = Model::from_bytes(&model.to_bytes().unwrap()).unwrap();
    let loaded = Loaded::new(back, host()).unwrap();
    let samples = predict(&loaded, table, 0.95).unwrap();
    for a in samples.iter().flat_map(|s| &s.analytes) {
        let numbers =
            [a.value, a.lower, a.upper, a.lower_true, a.upper_true, a.t2, a.q, a.leverage];
        assert!(numbers.iter().flatten().all(|v| v.is_finite()), "{a:?}");
        assert_eq!(a.value.is_none(), a.lower.is_none());
        assert!(a.value.is_some() || !a.reasons.is_empty());
    }
    samples.iter().map(|s| s.analytes[0].value).collect()
}
