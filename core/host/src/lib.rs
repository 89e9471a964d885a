//! The host: finds plugin libraries, decides whether they are trusted, loads them and speaks the C contract with them.
//!
//! To the rest of adit a plugin is `adit_engine::Transform` or `adit_engine::Regressor`; [`Host`] is the source of both. The
//! built-in plugins come in a library of their own and are loaded the same way as any foreign file.
//!
//! | module | idea |
//! |---|---|
//! | `registry` | [`Host`]: which id lives in which library, and when that library is loaded |
//! | `discovery` | where the built-in library lies |
//! | `lock`, `trust` | `plugins.lock`: which foreign files may be loaded, and how a file gets into it |
//! | `library` | one file: read, hashed, compared, opened, never closed |
//! | `elf` | whether a library file is whole, before the system's loader maps it |
//! | `bundle`, `descriptor`, `raw` | what the library says of itself, checked, as Rust values |
//! | `settings`, `near` | parameters of a recipe against their declaration |
//! | `call`, `views` | the host's side of one call: texts, state bytes, axis, ops, threads |
//! | `instance`, `transform`, `regressor` | one instance and its two adapters to the engine |
//! | `platform` | all that differs between operating systems |
//! | [`testing`] | what tests need: the built-in library freshly built, foreign libraries built from source |
//!
//! # Trust
//! - The built-in library is trusted by its place: beside the executable, or in `../lib/adit/plugins` from there. On Unix
//!   file and folder must belong to the user or to root, and not everybody may be able to write there.
//! - A foreign library is loaded only if `plugins.lock` names its absolute path and its SHA-256; the hash is taken before the file
//!   is opened, because its constructors run while it is. The lock lies in the user's configuration folder or in a folder named by
//!   the caller, never in the working directory, and it belongs to the user or to root and nobody else may be able to write to it.
//! - What is known of a foreign plugin without running it (its description, its parameters) is recorded in the lock, so that listing
//!   runs no foreign code.
//! - Loaded code runs with all rights of the process. The contract forbids a plugin files, network, clock and environment, but
//!   nothing here enforces that: trusting a file means trusting who made it.
//!
//! # What does this crate not do?
//! It runs no plugin in a process of its own and reads no instrument files; it knows no recipe, model or mine.

mod bundle;
mod call;
mod descriptor;
mod discovery;
mod elf;
mod instance;
mod library;
mod lock;
mod near;
mod platform;
mod raw;
mod registry;
mod regressor;
mod settings;
pub mod testing;
mod transform;
mod trust;
mod views;

pub use registry::{Host, HostOptions};
pub use trust::TrustReport;
