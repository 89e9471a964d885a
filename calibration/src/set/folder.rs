//! The files of a set: which there are, their bytes and hashes.

use super::set_toml::{Kind, SetToml};
use super::types::InputHash;
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A set's folder, and the hashes of what was read from it.
pub(super) struct Folder {
    root: PathBuf,
    pub(super) inputs: Vec<InputHash>,
}

impl Folder {
    /// Opens the folder, or the folder of a `set.toml`.
    ///
    /// # Errors
    /// If there is no such folder.
    pub(super) fn open(path: &Path) -> Result<Folder> {
        let shown = path.display().to_string();
        let root = match fs::metadata(path) {
            Ok(found) if found.is_dir() => path.to_path_buf(),
            Ok(_) if path.file_name().is_some_and(|name| name == "set.toml") => {
                path.parent().unwrap_or(Path::new(".")).to_path_buf()
            }
            Ok(_) => {
                return Err(Error::input("a calibration set is a folder, and this is a file")
                    .in_file(shown)
                    .hint("name the folder that holds set.toml, or spectra.csv and icp.csv"));
            }
            Err(e) => {
                return Err(Error::input(format!("cannot open the calibration set: {e}"))
                    .in_file(shown)
                    .hint("check the spelling of the path and the folder it is taken from")
                    .caused_by(e));
            }
        };
        Ok(Folder { root, inputs: Vec::new() })
    }

    /// The path of a file of the set.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }

    /// The folder itself.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a file of the set, for messages.
    pub(super) fn shown(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub(super) fn has_file(&self, name: &str) -> bool {
        self.path(name).is_file()
    }

    pub(super) fn has_folder(&self, name: &str) -> bool {
        self.path(name).is_dir()
    }

    /// The bytes of a file, whose hash is kept.
    ///
    /// # Errors
    /// If the file is missing or cannot be read.
    pub(super) fn read(&mut self, name: &str) -> Result<Vec<u8>> {
        let bytes = fs::read(self.path(name)).map_err(|e| {
            let error =
                Error::input(format!("cannot read the file: {e}")).in_file(self.shown(name));
            let hint = match e.kind() {
                std::io::ErrorKind::NotFound => missing_hint(name),
                _ => "check the permissions of the file and its folder",
            };
            error.hint(hint).caused_by(e)
        })?;
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(&bytes) {
            // Writing to a String cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        self.inputs.push(InputHash { name: name.to_string(), sha256 });
        Ok(bytes)
    }

    /// The names of the files in a folder of the set in order of their bytes, without hidden ones.
    ///
    /// # Errors
    /// If the folder cannot be read, or a name is not UTF-8.
    pub(super) fn list(&self, folder: &str) -> Result<Vec<String>> {
        let fault = |e: std::io::Error| {
            Error::input(format!("cannot read the folder: {e}"))
                .in_file(self.shown(folder))
                .hint(missing_hint(folder))
                .caused_by(e)
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path(folder)).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let name = entry.file_name().into_string().map_err(|name| {
                Error::input(format!("the name of {name:?} is not UTF-8"))
                    .in_file(self.shown(folder))
                    .hint("rename the file")
            })?;
            if !name.starts_with('.') && entry.path().is_file() {
                names.push(format!("{folder}/{name}"));
            }
        }
        names.sort();
        Ok(names)
    }

    /// What the rows are: what the set says, else what the files say.
    ///
    /// # Errors
    /// If the files allow none or more than one answer.
    pub(super) fn kind(&self, set: &SetToml) -> Result<Kind> {
        if let Some(kind) = set.kind {
            return Ok(kind);
        }
        let spectra = self.has_folder("captures") || self.has_file("spectra.csv");
        let found = [
            (spectra, Kind::Spectra),
            (self.has_file("table.csv"), Kind::Table),
            (self.has_folder("series"), Kind::Series),
        ];
        let kinds: Vec<Kind> = found.iter().filter(|(there, _)| *there).map(|(_, k)| *k).collect();
        match kinds.as_slice() {
            [kind] => Ok(*kind),
            [] => Err(self
                .fault(
                    "the folder holds no captures: no captures/, spectra.csv, table.csv or series/",
                )
                .hint(
                    "the smallest set is spectra.csv (sample id, then one column per wavelength \
                     in nm) and icp.csv (sample id, then one column per analyte)",
                )),
            _ => Err(self
                .fault("the folder holds captures of more than one kind, and set.toml names none")
                .hint("add kind = \"spectra\", \"table\" or \"series\" to set.toml")),
        }
    }

    /// An error of the folder as a whole.
    pub(super) fn fault(&self, what: impl Into<String>) -> Error {
        Error::input(what).in_file(self.root.display().to_string())
    }
}

fn missing_hint(name: &str) -> &'static str {
    match name {
        "icp.csv" => {
            "a set needs icp.csv: sample_id, then one column per analyte with its unit in the \
             heading, such as Zn (total) [mg/L]"
        }
        "table.csv" => {
            "a set of kind \"table\" needs table.csv: sample_id, then EC [uS/cm], pH, T [degC] ..."
        }
        "spectra.csv" => {
            "a set of kind \"spectra\" needs captures/*.csv, captures/*.h5 or spectra.csv: \
             sample_id, then one column per wavelength in nm"
        }
        "series" => "a set of kind \"series\" needs series/*.csv: time, then EC [uS/cm] ...",
        _ => "check that the file lies in the set's folder",
    }
}
