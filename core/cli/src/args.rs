//! The command line as it is typed.
//!
//! Values and verbs of later versions are known to the parser so that they are refused in words; they are hidden from the help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Estimates metals in mine drainage from spectra and electrical conductivity, with honest intervals.
#[derive(Debug, Parser)]
#[command(name = "adit", version, about, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done and something is usable; 1 nothing is usable, or --strict and something was \
    refused; 2 wrong usage; 3 unreadable, damaged or contradictory input; 4 a plugin failed, is not trusted or has changed; \
    70 a bug.\nadit opens no connection. See README.md."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// What every verb takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Print one JSON document on standard output and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Threads to use [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Folder with plugins.lock [default: adit in the user's configuration folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) plugins: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The whole way on the sets that come along: calibrate, predict, export, report
    Demo {
        /// Folder for what it writes
        #[arg(long, value_name = "DIR", default_value = "adit-demo")]
        out: PathBuf,
    },
    /// Calibrate a set of one mine against its ICP results
    Calibrate(Calibrate),
    /// Estimate concentrations in new samples
    Predict(Predict),
    /// Figures on samples that the model has not seen
    Evaluate(Evaluate),
    /// A compact model for firmware that gives the same numbers
    Export(Export),
    /// What a file is: capture, store, set, model or node model
    Inspect {
        /// The file, or the folder of a set
        file: PathBuf,
    },
    /// Put captures (wide CSV) into an HDF5 store
    Import {
        /// Capture files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The store; made if it is not there, appended to if it is
        #[arg(long, value_name = "STORE.h5")]
        out: PathBuf,
    },
    /// One self-contained HTML page about a model
    Report {
        /// The model
        #[arg(long)]
        model: PathBuf,
        /// The page
        #[arg(long, value_name = "FILE.html")]
        out: PathBuf,
        /// Language of the page
        #[arg(long, value_enum, default_value_t = Language::En)]
        lang: Language,
    },
    /// The plugins: list, inspect, trust
    #[command(subcommand)]
    Plugin(Plugin),
    /// Clean a logger's series (a later version)
    #[command(hide = true)]
    Series(Later),
    /// Decode a radio frame (a later version)
    #[command(hide = true)]
    Frame(Later),
    /// Check a signature (a later version)
    #[command(hide = true)]
    Verify(Later),
}

/// A verb of a later version, with whatever follows it.
#[derive(Args, Debug)]
pub(crate) struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub(crate) rest: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Calibrate {
    /// Folder of the set; calibration/mines/README.md says what lies in it
    pub(crate) set: PathBuf,
    /// Recipe to use [default: the set's recipe.toml, else one for the kind of set]
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Only this analyte, as it is named in the set; may be repeated
    #[arg(long = "analyte", value_name = "NAME")]
    pub(crate) analytes: Vec<String>,
    /// Only rows whose column has this value; may be repeated; replaces the set's own choice
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub(crate) rows: Vec<String>,
    /// Cross-validation: loo, kfold=10, venetian=10, group=COLUMN, forward=N, repeated=10x5
    #[arg(long, value_name = "SCHEME")]
    pub(crate) cv: Option<String>,
    /// Number of components, or auto
    #[arg(long, value_name = "N|auto")]
    pub(crate) components: Option<String>,
    /// How the number is chosen: one-standard-error, minimum, randomisation, wold-r [default: the recipe's, else
    /// one-standard-error]
    #[arg(long, value_name = "NAME")]
    pub(crate) rule: Option<String>,
    /// Seed of everything drawn at random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Leave the calibration table out of the model; only the verification rows stay
    #[arg(long)]
    pub(crate) strip: bool,
    /// The model [default: MINE.adit in the current folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Try every recipe of a space and take the best; the model keeps what was tried
    #[arg(long, conflicts_with = "recipe")]
    pub(crate) search: bool,
    /// The space of recipes [default: the set's search.toml, else one for the kind of set]
    #[arg(long, value_name = "FILE", requires = "search")]
    pub(crate) space: Option<PathBuf>,
    /// Scrambles of the references for the p-value of the best recipe; 0 for none [default: 199]
    #[arg(long, value_name = "N", requires = "search", value_parser = clap::value_parser!(u32).range(0..=99_999))]
    pub(crate) permutations: Option<u32>,
    /// Print the space that would be searched, to start a space of your own from, and do nothing else
    #[arg(long, requires = "search")]
    pub(crate) print_space: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Predict {
    /// The model
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Captures (wide CSV), tables, series or HDF5 stores
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// Where to write: a .csv or .h5 file, or - for CSV on standard output [default: a table on standard output]
    #[arg(long, value_name = "FILE.csv|.h5|-")]
    pub(crate) out: Option<PathBuf>,
    /// Offset of times without one, such as +09:00 [default: that of the calibration set, else UTC]
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    pub(crate) timezone: Option<String>,
    /// Exit with 1 if any estimate was refused
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Evaluate {
    /// The model
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Folder of the set
    pub(crate) set: PathBuf,
    /// Only rows whose column has this value; may be repeated
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub(crate) rows: Vec<String>,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The model
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Form: c (one C99 pair of .c and .h) or blob (the bytes of core/node/FORMAT.md)
    #[arg(long, value_name = "c|blob")]
    pub(crate) to: String,
    /// Folder for the files
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[arg(long, hide = true, default_value = "f32")]
    pub(crate) numeric: String,
    #[arg(long, hide = true, value_name = "KEY")]
    pub(crate) sign: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Plugin {
    /// Every plugin that a recipe may use; runs no foreign code
    List,
    /// One plugin: what it does, its parameters, where it comes from
    Inspect {
        /// Id of the plugin, such as adit.scatter.snv
        id: String,
    },
    /// Trust a foreign library: hash it, run it once to read what it holds, enter it in plugins.lock
    Trust {
        /// The library
        file: PathBuf,
    },
    /// Run the conformance suite (a later version)
    #[command(hide = true)]
    Check(Later),
    /// Start a new plugin (a later version)
    #[command(hide = true)]
    New(Later),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}
