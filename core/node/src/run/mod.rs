//! Running a section: each op in a file of its own, in the order and with the roundings of `FORMAT.md`.

mod band;
mod basis;
mod columns;
mod outputs;
mod row;
mod scale;
mod section;

pub(crate) use section::section;
