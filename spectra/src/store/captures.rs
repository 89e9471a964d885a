//! The store of captures: a [`Table`] over one axis, each capture with its source and digest.

use super::backend::Store;
use super::digest::{Pieces, of_capture};
use super::image::{Attribute, Data, Dataset, Image};
use crate::atomic::replace_atomically;
use crate::error::{Error, ErrorKind};
use crate::types::{Columns, Label, Table};
use adit_abi::unit;
use std::collections::HashMap;
use std::path::Path;

/// What the `format` attribute of a capture store says.
pub(crate) const FORMAT: &str = "adit-captures";
/// The one version that this crate writes and reads.
pub(crate) const VERSION: i64 = 1;
const GROUP: &str = "captures";
/// Numbers in a chunk: 128 KiB unpacked.
const CHUNK_NUMBERS: usize = 1 << 14;

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Captures that are new in the store.
    pub added: usize,
    /// Captures that the store held already, equal in every value.
    pub present: usize,
    /// Captures in the store afterwards.
    pub total: usize,
}

/// A store in memory: the captures, where each came from, and its digest.
struct Captures {
    table: Table,
    sources: Vec<String>,
    digests: Vec<String>,
}

impl Store<'_> {
    /// Adds the captures of `table` to the store at `path`, which is made if it does not exist.
    /// Captures that it already holds are not added again. All are added or, on an error, none.
    ///
    /// # Errors
    /// [`ErrorKind::Contradictory`] if a capture has the id of one in the store (or in the table)
    /// with other values, time or labels, or if the axes differ; [`ErrorKind::Unsupported`] for a
    /// table of named columns or a store of another version; damage and disk errors.
    ///
    /// ```
    /// use adit_spectra::store::Store;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("captures.h5");
    /// let table = adit_spectra::csv::wide::parse("s.csv", b"id,400,402.5\na,1,2\n", &Default::default())?;
    /// let first = Store::default().append(&path, &table)?;
    /// let again = Store::default().append(&path, &table)?;
    /// assert_eq!((first.added, again.added, again.present), (1, 0, 1));
    /// assert_eq!(Store::default().read(&path)?.values, table.values);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn append(&self, path: &Path, table: &Table) -> Result<Appended, Error> {
        self.append_all(path, std::slice::from_ref(table))
    }

    /// Adds the captures of several tables in one step: all are added or, on an error, none.
    ///
    /// # Errors
    /// As [`Store::append`]; [`ErrorKind::Unsupported`] without any table.
    pub fn append_all(&self, path: &Path, tables: &[Table]) -> Result<Appended, Error> {
        let place = |e: Error| e.in_file(path.display().to_string());
        tables.iter().try_for_each(check)?;
        let first = tables.first().ok_or_else(|| place(nothing_to_store()))?;
        let mut captures = if path.exists() {
            self.load(path)?
        } else {
            Captures::empty(&path.display().to_string(), first)
        };
        let mut appended = Appended::default();
        for table in tables {
            captures.add(table, &mut appended).map_err(place)?;
        }
        appended.total = captures.table.rows();
        if appended.added > 0 {
            let image = captures.to_image();
            replace_atomically(path, |aside| self.backend.write(aside, &image)).map_err(place)?;
        }
        Ok(appended)
    }

    /// Reads all captures, in the order in which they were added. The digest of each is checked.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for a damaged file, [`ErrorKind::Unsupported`] for a file of another
    /// format or version.
    pub fn read(&self, path: &Path) -> Result<Table, Error> {
        Ok(self.load(path)?.table)
    }

    fn load(&self, path: &Path) -> Result<Captures, Error> {
        let source = path.display().to_string();
        let image = self.backend.read(path)?;
        Captures::from_image(&source, &image).map_err(|e| {
            e.in_file(source.clone()).hint("the store is damaged; import the captures again")
        })
    }
}

/// What can be stored: rows over a numeric axis.
fn check(table: &Table) -> Result<(), Error> {
    table.validate()?;
    let named = matches!(table.columns, Columns::Named(_));
    if named || table.columns.is_empty() || table.ids.is_empty() {
        return Err(nothing_to_store().in_file(table.source.clone()));
    }
    Ok(())
}

fn nothing_to_store() -> Error {
    Error::new(ErrorKind::Unsupported, "there are no spectra to store")
        .hint("only wide spectra go into a capture store; keep tables and series as CSV")
}

impl Captures {
    /// A store without captures, over the axis of `table`.
    fn empty(source: &str, table: &Table) -> Captures {
        Captures {
            table: Table {
                source: source.to_string(),
                ids: vec![],
                times: None,
                columns: table.columns.clone(),
                values: vec![],
                labels: vec![],
            },
            sources: vec![],
            digests: vec![],
        }
    }

    fn add(&mut self, new: &Table, appended: &mut Appended) -> Result<(), Error> {
        self.check_axis(new)?;
        let mut rows: HashMap<String, usize> = HashMap::new();
        for (row, id) in self.table.ids.iter().enumerate() {
            rows.insert(id.clone(), row);
        }
        for row in 0..new.rows() {
            let digest = of_capture(new, row);
            match rows.get(&new.ids[row]) {
                Some(&held) if self.digests[held] == digest => appended.present += 1,
                Some(&held) => return Err(self.contradiction(held, new, row)),
                None => {
                    rows.insert(new.ids[row].clone(), self.table.ids.len());
                    self.push(new, row, digest);
                    appended.added += 1;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, new: &Table, row: usize, digest: String) {
        let table = &mut self.table;
        let before = table.ids.len();
        if new.times.is_some() || table.times.is_some() {
            let times = table.times.get_or_insert_with(|| vec![f64::NAN; before]);
            times.push(new.times.as_ref().map_or(f64::NAN, |times| times[row]));
        }
        for label in &new.labels {
            if !table.labels.iter().any(|held| held.name == label.name) {
                let cells = vec![String::new(); before];
                table.labels.push(Label { name: label.name.clone(), cells });
            }
        }
        for held in &mut table.labels {
            let cell = new.label(&held.name).map(|cells| cells[row].clone());
            held.cells.push(cell.unwrap_or_default());
        }
        table.values.extend_from_slice(new.row(row));
        table.ids.push(new.ids[row].clone());
        self.sources.push(new.source.clone());
        self.digests.push(digest);
    }

    fn check_axis(&self, new: &Table) -> Result<(), Error> {
        let (
            Columns::Positions { unit: held_unit, values: held },
            Columns::Positions { unit: new_unit, values },
        ) = (&self.table.columns, &new.columns)
        else {
            return Err(Error::malformed("the store has no axis"));
        };
        if held_unit == new_unit && held == values {
            return Ok(());
        }
        let describe = |number: u32, axis: &[f64]| match axis {
            [] => "no channel".to_string(),
            [first, .., last] => {
                format!("{} channels from {first} to {last} {}", axis.len(), unit::text(number))
            }
            [one] => format!("one channel at {one} {}", unit::text(number)),
        };
        Err(Error::new(
            ErrorKind::Contradictory,
            format!(
                "the store has {}, but {} has {}{}",
                describe(*held_unit, held),
                new.source,
                describe(*new_unit, values),
                held.iter()
                    .zip(values)
                    .find(|(a, b)| a != b)
                    .map_or(String::new(), |(a, b)| format!(" (first difference: {a} and {b})"))
            ),
        )
        .hint("one store holds captures of one axis; import these into a store of their own"))
    }

    /// Says in what the capture differs from the one in the store that has its id.
    fn contradiction(&self, held: usize, new: &Table, row: usize) -> Error {
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let (old_row, new_row) = (self.table.row(held), new.row(row));
        let differs = |a: f64, b: f64| a != b && !(a.is_nan() && b.is_nan());
        let what = if bits(old_row) != bits(new_row) {
            let place = old_row.iter().zip(new_row).position(|(a, b)| differs(*a, *b));
            let name = place.and_then(|index| new.columns.name(index)).unwrap_or_default();
            format!("other values (first at {name})")
        } else if differs(
            self.table.times.as_ref().map_or(f64::NAN, |t| t[held]),
            new.times.as_ref().map_or(f64::NAN, |t| t[row]),
        ) {
            "another time".to_string()
        } else {
            "other labels".to_string()
        };
        Error::new(
            ErrorKind::Contradictory,
            format!(
                "{} holds a capture of this id with {what}; that one came from {}",
                self.table.source, self.sources[held]
            ),
        )
        .of_sample(new.ids[row].clone())
        .hint(format!("give the capture in {} an id of its own, or a store of its own", new.source))
    }

    fn to_image(&self) -> Image {
        let (rows, cols) = (self.table.rows(), self.table.cols());
        let Columns::Positions { unit: number, values: axis } = &self.table.columns else {
            return Image::default();
        };
        let list = |name: &str, data: Data| Dataset::list(GROUP, name, data);
        let chunk_rows = (CHUNK_NUMBERS / cols.max(1)).clamp(1, rows.max(1));
        let mut datasets = vec![
            list("axis", Data::Numbers(axis.clone()))
                .with("unit", Attribute::Text(unit::text(*number).into())),
            Dataset {
                shape: vec![rows as u64, cols as u64],
                chunks: Some(vec![chunk_rows as u64, cols as u64]),
                ..list("values", Data::Numbers(self.table.values.clone()))
            },
            list("id", Data::Text(self.table.ids.clone())),
            list("source", Data::Text(self.sources.clone())),
            list("sha256", Data::Text(self.digests.clone())),
        ];
        if let Some(times) = &self.table.times {
            let unit = Attribute::Text(unit::text(unit::ADIT_UNIT_DAYS_UTC).into());
            datasets.push(list("time", Data::Numbers(times.clone())).with("unit", unit));
        }
        if !self.table.labels.is_empty() {
            let labels = &self.table.labels;
            let names = labels.iter().map(|label| label.name.clone()).collect();
            datasets.push(list("label_name", Data::Text(names)));
            let cells = (0..rows).flat_map(|row| labels.iter().map(move |l| l.cells[row].clone()));
            datasets.push(Dataset {
                shape: vec![rows as u64, labels.len() as u64],
                ..list("label", Data::Text(cells.collect()))
            });
        }
        Image {
            attributes: vec![
                ("format".into(), Attribute::Text(FORMAT.into())),
                ("version".into(), Attribute::Integer(VERSION)),
                ("sha256".into(), Attribute::Text(self.digest())),
            ],
            datasets,
        }
    }

    fn from_image(source: &str, image: &Image) -> Result<Captures, Error> {
        check_version(image, FORMAT, VERSION)?;
        let numbers = |name: &str| match image.dataset(GROUP, name).map(|d| &d.data) {
            Some(Data::Numbers(values)) => Ok(values.clone()),
            _ => Err(missing(name)),
        };
        let text = |name: &str| match image.dataset(GROUP, name).map(|d| &d.data) {
            Some(Data::Text(values)) => Ok(values.clone()),
            _ => Err(missing(name)),
        };
        let written = image.dataset(GROUP, "axis").and_then(|d| d.text("unit")).unwrap_or("");
        let number = unit::parse(written).ok_or_else(|| {
            Error::malformed(format!("the unit \"{written}\" of the axis is not known"))
        })?;
        let optional = |name: &str| image.dataset(GROUP, name).is_some();
        let ids = text("id")?;
        let table = Table {
            source: source.to_string(),
            labels: if optional("label") {
                labels(ids.len(), text("label_name")?, text("label")?)?
            } else {
                vec![]
            },
            times: if optional("time") { Some(numbers("time")?) } else { None },
            columns: Columns::Positions { unit: number, values: numbers("axis")? },
            values: numbers("values")?,
            ids,
        };
        table.validate()?;
        let captures = Captures { table, sources: text("source")?, digests: text("sha256")? };
        captures.check_digests(image.text("sha256").unwrap_or(""))?;
        Ok(captures)
    }

    fn check_digests(&self, whole: &str) -> Result<(), Error> {
        let rows = self.table.rows();
        if self.sources.len() != rows || self.digests.len() != rows {
            return Err(Error::malformed("the parts of the store have different lengths"));
        }
        for (row, digest) in self.digests.iter().enumerate() {
            if *digest != of_capture(&self.table, row) {
                return Err(Error::malformed(
                    "the content of the capture has changed since it was stored",
                )
                .of_sample(self.table.ids[row].clone()));
            }
        }
        if whole != self.digest() {
            return Err(Error::malformed("the list of captures has changed since it was stored"));
        }
        Ok(())
    }

    /// The digest over all captures: their digests and sources in order, and the labels' names.
    fn digest(&self) -> String {
        let mut pieces = Pieces::new("adit-captures/1");
        pieces.count(self.digests.len());
        for (digest, source) in self.digests.iter().zip(&self.sources) {
            pieces.text(digest);
            pieces.text(source);
        }
        pieces.count(usize::from(self.table.times.is_some()));
        pieces.count(self.table.labels.len());
        for label in &self.table.labels {
            pieces.text(&label.name);
        }
        pieces.finish()
    }
}

fn labels(rows: usize, names: Vec<String>, cells: Vec<String>) -> Result<Vec<Label>, Error> {
    if names.len().checked_mul(rows) != Some(cells.len()) {
        return Err(Error::malformed("the parts of the store have different lengths"));
    }
    let count = names.len().max(1);
    let column = |index: usize| cells.iter().skip(index).step_by(count).cloned().collect();
    let named = names.into_iter().enumerate();
    Ok(named.map(|(index, name)| Label { name, cells: column(index) }).collect())
}

fn missing(name: &str) -> Error {
    Error::malformed(format!("the dataset {GROUP}/{name} is missing or of another type"))
}

/// Refuses what is not of this format and version, and says what it is.
pub(crate) fn check_version(image: &Image, format: &str, version: i64) -> Result<(), Error> {
    let unsupported =
        |what: String, hint: &str| Err(Error::new(ErrorKind::Unsupported, what).hint(hint));
    match (image.text("format"), image.integer("version")) {
        (Some(found), Some(number)) if found == format && number == version => Ok(()),
        (Some(found), Some(number)) if found == format => unsupported(
            format!("the file has version {number} of {format}; this adit reads version {version}"),
            "read it with the adit that wrote it",
        ),
        (Some(found), _) => unsupported(
            format!("the file says that it is \"{found}\", not \"{format}\""),
            "name a file of the other kind",
        ),
        (None, _) => unsupported(
            format!("the HDF5 file does not say that it is \"{format}\""),
            "make a store with `adit import`",
        ),
    }
}
