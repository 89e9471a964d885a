//! How a set is cut into folds, as it is written: `loo`, `kfold=10`, `venetian=10`, `group=site`, `forward=4`, `repeated=10x5`.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A cross-validation scheme.
///
/// ```
/// use adit_calibration::Scheme;
/// let scheme: Scheme = "repeated=10x5".parse().unwrap();
/// assert_eq!(scheme, Scheme::Repeated { folds: 10, repeats: 5 });
/// assert_eq!(scheme.to_string(), "repeated=10x5");
/// assert!("kfold=1".parse::<Scheme>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `loo`: each sample is a fold.
    LeaveOneOut,
    /// `kfold=K`: K folds of equal size, shuffled by the seed.
    KFold(usize),
    /// `venetian=K`: sample k of the set belongs to fold k modulo K.
    Venetian(usize),
    /// `group=COLUMN`: each value of a label column is a fold.
    Group(String),
    /// `forward=N`: time cut into N + 1 blocks of equal numbers of samples; block i + 1 is predicted from blocks 1 to i.
    Forward(usize),
    /// `repeated=KxR`: `kfold=K`, R times, each time shuffled anew.
    Repeated {
        /// Folds of one repeat (K).
        folds: usize,
        /// Repeats (R).
        repeats: usize,
    },
}

/// Up to this many samples leave-one-out is the default.
const LOO_UP_TO: usize = 60;

impl Scheme {
    /// The default: leave-one-out up to 60 samples, else every tenth.
    pub fn default_for(samples: usize) -> Scheme {
        if samples <= LOO_UP_TO { Scheme::LeaveOneOut } else { Scheme::Venetian(10) }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scheme::LeaveOneOut => f.write_str("loo"),
            Scheme::KFold(k) => write!(f, "kfold={k}"),
            Scheme::Venetian(k) => write!(f, "venetian={k}"),
            Scheme::Group(column) => write!(f, "group={column}"),
            Scheme::Forward(n) => write!(f, "forward={n}"),
            Scheme::Repeated { folds, repeats } => write!(f, "repeated={folds}x{repeats}"),
        }
    }
}

impl FromStr for Scheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Scheme, Error> {
        let (name, value) = text.split_once('=').map_or((text, None), |(n, v)| (n, Some(v)));
        let number = |least: usize, v: &str| v.parse().ok().filter(|n| *n >= least && *n <= 10_000);
        let scheme = match (name, value) {
            ("loo", None) => Some(Scheme::LeaveOneOut),
            ("kfold", Some(v)) => number(2, v).map(Scheme::KFold),
            ("venetian", Some(v)) => number(2, v).map(Scheme::Venetian),
            ("group", Some(v)) if !v.is_empty() => Some(Scheme::Group(v.to_owned())),
            ("forward", Some(v)) => number(1, v).map(Scheme::Forward),
            ("repeated", Some(v)) => v.split_once('x').and_then(|(k, r)| {
                Some(Scheme::Repeated { folds: number(2, k)?, repeats: number(1, r)? })
            }),
            _ => None,
        };
        scheme.ok_or_else(|| {
            Error::usage(format!("\"{text}\" is not a cross-validation scheme")).hint(
                "write loo, kfold=10, venetian=10, group=COLUMN, forward=4 or repeated=10x5 (folds x repeats)",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_reads_back_as_it_is_written() {
        for text in ["loo", "kfold=10", "venetian=7", "group=site", "forward=3", "repeated=5x20"] {
            assert_eq!(text.parse::<Scheme>().unwrap().to_string(), text);
        }
        assert_eq!(Scheme::default_for(60), Scheme::LeaveOneOut);
        assert_eq!(Scheme::default_for(61), Scheme::Venetian(10));
    }

    #[test]
    fn nonsense_is_a_usage_error_that_shows_what_there_is() {
        for text in [
            "",
            "loo=3",
            "kfold",
            "kfold=1",
            "kfold=ten",
            "forward=0",
            "group=",
            "repeated=10",
            "repeated=10x0",
            "venetian=-2",
            "kfold=99999999999999999999",
        ] {
            let error = text.parse::<Scheme>().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Usage, "{text}");
            assert!(error.to_string().contains("venetian=10"), "{error}");
        }
    }
}
