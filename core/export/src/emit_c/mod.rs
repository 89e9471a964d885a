//! One self-contained C99 pair: constants as tables, plain loops, the same order of additions as `adit-node`.

mod header;
mod helpers;
mod section;
mod selftest;
mod source;
mod text;

pub(crate) use source::{CText, Golden, emit};
