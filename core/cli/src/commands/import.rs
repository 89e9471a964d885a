//! `adit import`: captures into an HDF5 store.

use std::path::{Path, PathBuf};

use adit_spectra::store::Store;
use adit_spectra::{Kind, ReadOptions, Table, read_any};
use serde_json::json;

use crate::args::Global;
use crate::failure::Failure;
use crate::print;

pub(crate) fn run(files: &[PathBuf], out: &Path, global: &Global) -> Result<u8, Failure> {
    let mut tables: Vec<Table> = Vec::new();
    for file in files {
        let content = read_any(file, &ReadOptions::default())?;
        if content.kind != Kind::WideCsv {
            return Err(Failure::usage(format!(
                "{}: is a {}; this version imports wide CSV (sample id and one column per wavelength)",
                file.display(),
                content.kind.describe()
            )));
        }
        content.notes.iter().for_each(|n| note!("adit: {}: {n}", file.display()));
        tables.push(content.table);
    }
    let done = Store::default().append_all(out, &tables)?;
    if global.json {
        return print::json(&json!({
            "store": out, "files": files, "added": done.added, "present": done.present, "total": done.total,
        }));
    }
    outln!("{} captures added to {}", done.added, out.display());
    if done.present > 0 {
        outln!("{} were there already, equal in every value", done.present);
    }
    outln!("{} captures in the store", done.total);
    Ok(0)
}
