//! Tables of results: named columns of words or numbers, each number column with its unit.

use super::backend::Store;
use super::captures::check_version;
use super::digest::Pieces;
use super::image::{Attribute, Data, Dataset, Image};
use crate::atomic::replace_atomically;
use crate::error::{Error, ErrorKind};
use std::collections::HashSet;
use std::path::Path;

/// What the `format` attribute of a file of results says.
pub(crate) const FORMAT: &str = "adit-results";
const VERSION: i64 = 1;
const GROUP: &str = "results";

/// A table of results and what is to be said of it as a whole (model, level ...).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Name and text of each statement about the whole table. The names `format`, `version` and
    /// `sha256` are taken.
    pub about: Vec<(String, String)>,
    /// The columns, all of one length.
    pub columns: Vec<ResultColumn>,
}

/// One column of results.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultColumn {
    /// Its name, unlike that of any other column.
    pub name: String,
    /// Its unit as text; empty where it has none.
    pub unit: String,
    /// Its cells.
    pub cells: Cells,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Words.
    Text(Vec<String>),
    /// Numbers; NaN where there is none.
    Numbers(Vec<f64>),
}

impl Cells {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Cells::Text(cells) => cells.len(),
            Cells::Numbers(cells) => cells.len(),
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Store<'_> {
    /// Writes a table of results to `path`, in the place of what was there.
    ///
    /// # Errors
    /// [`ErrorKind::Contradictory`] for columns of different lengths or of one name, and disk errors.
    pub fn write_results(&self, path: &Path, results: &Results) -> Result<(), Error> {
        let place = |e: Error| e.in_file(path.display().to_string());
        let image = to_image(results).map_err(place)?;
        replace_atomically(path, |aside| self.backend.write(aside, &image)).map_err(place)
    }

    /// Reads a table of results back, the statements about it sorted by name, and checks its digest.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for a damaged file, [`ErrorKind::Unsupported`] for a file of another
    /// format or version.
    pub fn read_results(&self, path: &Path) -> Result<Results, Error> {
        let image = self.backend.read(path)?;
        from_image(&image).map_err(|e| {
            e.in_file(path.display().to_string()).hint("the file is damaged; predict again")
        })
    }
}

fn to_image(results: &Results) -> Result<Image, Error> {
    let contradictory = |what: String| Err(Error::new(ErrorKind::Contradictory, what));
    let rows = results.columns.first().map_or(0, |column| column.cells.len());
    let (mut names, mut stored_names) = (HashSet::new(), HashSet::new());
    let mut image = Image::default();
    for (index, column) in results.columns.iter().enumerate() {
        if column.cells.len() != rows {
            let cells = column.cells.len();
            return contradictory(format!("\"{}\" has {cells} cells, not {rows}", column.name));
        }
        if !names.insert(&column.name) {
            return contradictory(format!("two columns are named \"{}\"", column.name));
        }
        // A slash would be a group, a lone dot the group itself.
        let mut stored = column.name.replace('/', "_");
        if stored.is_empty() || stored.chars().all(|c| c == '.') {
            stored = format!("column_{index}");
        }
        while !stored_names.insert(stored.clone()) {
            stored.push('_');
        }
        let data = match &column.cells {
            Cells::Text(cells) => Data::Text(cells.clone()),
            Cells::Numbers(cells) => Data::Numbers(cells.clone()),
        };
        image.datasets.push(
            Dataset::list(GROUP, &stored, data)
                .with("name", Attribute::Text(column.name.clone()))
                .with("unit", Attribute::Text(column.unit.clone()))
                .with("column", Attribute::Integer(index as i64)),
        );
    }
    image.attributes = vec![
        ("format".into(), Attribute::Text(FORMAT.into())),
        ("version".into(), Attribute::Integer(VERSION)),
        ("sha256".into(), Attribute::Text(digest(results))),
    ];
    for (name, text) in &results.about {
        if name.is_empty() || image.attributes.iter().any(|(taken, _)| taken == name) {
            return contradictory(format!("the statement name \"{name}\" is taken"));
        }
        image.attributes.push((name.clone(), Attribute::Text(text.clone())));
    }
    Ok(image)
}

fn from_image(image: &Image) -> Result<Results, Error> {
    check_version(image, FORMAT, VERSION)?;
    let mut about: Vec<(String, String)> = image
        .attributes
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "format" | "version" | "sha256"))
        .filter_map(|(name, value)| match value {
            Attribute::Text(text) => Some((name.clone(), text.clone())),
            Attribute::Integer(_) => None,
        })
        .collect();
    about.sort();
    let mut columns = Vec::new();
    for dataset in image.datasets.iter().filter(|d| d.group == GROUP) {
        let (Some(name), Some(unit), Some(place)) =
            (dataset.text("name"), dataset.text("unit"), dataset.integer("column"))
        else {
            return Err(Error::malformed(format!(
                "the column {GROUP}/{} lacks its name, unit or place",
                dataset.name
            )));
        };
        let cells = match &dataset.data {
            Data::Text(cells) => Cells::Text(cells.clone()),
            Data::Numbers(cells) => Cells::Numbers(cells.clone()),
        };
        columns.push((place, ResultColumn { name: name.into(), unit: unit.into(), cells }));
    }
    columns.sort_by_key(|(place, _)| *place);
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let results = Results { about, columns };
    if image.text("sha256") != Some(&digest(&results)) {
        return Err(Error::malformed("the table has changed since it was written"));
    }
    Ok(results)
}

fn digest(results: &Results) -> String {
    let mut pieces = Pieces::new("adit-results/1");
    let mut about = results.about.clone();
    about.sort();
    pieces.count(about.len());
    for (name, text) in &about {
        pieces.text(name);
        pieces.text(text);
    }
    pieces.count(results.columns.len());
    for column in &results.columns {
        pieces.text(&column.name);
        pieces.text(&column.unit);
        match &column.cells {
            Cells::Text(cells) => {
                pieces.text("text");
                pieces.count(cells.len());
                cells.iter().for_each(|cell| pieces.text(cell));
            }
            Cells::Numbers(cells) => {
                pieces.text("numbers");
                pieces.numbers(cells);
            }
        }
    }
    pieces.finish()
}
