//! A sign of life on standard error, on a terminal only.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Runs `work` with a spinner that says what is going on.
pub(crate) fn while_doing<R>(what: &str, work: impl FnOnce() -> R) -> R {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    let result = work();
    bar.finish_and_clear();
    result
}

/// Runs `work` with a bar that shows how much of it is done and how long the rest will take at the pace so far. `work` tells through
/// what it is given: what it does, and which share of the whole is done.
pub(crate) fn with_share<R>(work: impl FnOnce(&mut dyn FnMut(&str, f64)) -> R) -> R {
    if !std::io::stderr().is_terminal() {
        return work(&mut |_, _| {});
    }
    /// Steps of the bar.
    const WHOLE: f64 = 10_000.0;
    let bar = ProgressBar::new(WHOLE as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} % {msg} {prefix}") {
        bar.set_style(style);
    }
    let started = Instant::now();
    let result = work(&mut |doing, share| {
        let spent = started.elapsed().as_secs_f64();
        bar.set_position((share.clamp(0.0, 1.0) * WHOLE) as u64);
        bar.set_message(doing.to_owned());
        // The pace of the first moments tells nothing.
        if share > 0.02 && spent > 0.3 {
            bar.set_prefix(format!("{} to go", seconds(spent * (1.0 - share) / share)));
        }
    });
    bar.finish_and_clear();
    result
}

/// A time to come, no finer than it is known.
fn seconds(s: f64) -> String {
    match s {
        s if s < 1.5 => "1 s".to_owned(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_to_come_are_rough() {
        let texts = [0.2, 42.4, 119.0, 7200.0].map(seconds);
        assert_eq!(texts, ["1 s", "42 s", "2 min", "2.0 h"]);
    }

    /// No terminal here: the work is done all the same.
    #[test]
    fn the_result_of_the_work_comes_out() {
        let told = with_share(|tell| {
            tell("something", 0.5);
            7
        });
        assert_eq!(told, 7);
    }
}
