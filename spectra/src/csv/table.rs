//! Grab-sample tables: one row per sample with EC, pH, temperature ... and no spectrum.
//!
//! The id stands under `sample_id`, `sample`, `id` or `試料名`, else in the first column. A column
//! with a unit in its heading is a channel: `EC [uS/cm]`, `ec_ms_m`, `temp_c`, `so4_mg_l`; pH needs
//! none. mS/m and mS/cm are read as uS/cm. EC, temperature and level without a unit are errors:
//! no unit is ever assumed. A column of times becomes the channel `time` in days UTC too. All other
//! columns are words (`site`, `split` ...). A cell such as `<0.003` under a concentration is NaN.

use super::named::{self, Ids};
use super::sheet::{Sheet, read_bytes};
use crate::error::{Error, ErrorKind};
use crate::options::ReadOptions;
use crate::time::format_days;
use crate::types::{Columns, Table};
use crate::units::is_time_heading;
use adit_abi::unit;
use std::path::Path;

const ID_HEADINGS: &[&str] = &["sample_id", "sample id", "sample", "id", "試料名", "試料番号"];

/// Reads a grab-sample table.
///
/// # Errors
/// Naming the file, row (line), column (heading) and sample: a unit that is missing or unknown, two
/// columns of one quantity, a cell that is not a number, a ragged row, a time that cannot be read.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Table, Error> {
    parse(&path.display().to_string(), &read_bytes(path)?, options)
}

/// Reads the bytes of a grab-sample table; `source` is its name in messages.
///
/// # Errors
/// As [`read`].
///
/// ```
/// let table = adit_spectra::csv::table::parse(
///     "t.csv",
///     b"sample_id,site,EC [mS/m],temp_c,ph\na1,RAP,45.5,11.2,6.9\n",
///     &Default::default(),
/// )?;
/// assert_eq!(table.channel_names(), ["EC", "T", "pH"]);
/// assert_eq!(table.row(0), [455.0, 11.2, 6.9]);
/// # Ok::<(), adit_spectra::Error>(())
/// ```
pub fn parse(source: &str, bytes: &[u8], options: &ReadOptions) -> Result<Table, Error> {
    let sheet = Sheet::new(source, bytes)?;
    Ok(parse_sheet(&sheet, options)?.0)
}

pub(crate) fn parse_sheet(
    sheet: &Sheet<'_>,
    options: &ReadOptions,
) -> Result<(Table, Vec<String>), Error> {
    let column = id_column(&sheet.headings).unwrap_or(0);
    named::parse(sheet, Ids::Column(column), options)
}

/// The column that is headed as one of ids.
pub(crate) fn id_column(headings: &[String]) -> Option<usize> {
    headings.iter().position(|h| ID_HEADINGS.contains(&h.trim().to_lowercase().as_str()))
}

/// Writes a table of named columns in the format that [`parse`] reads, units in brackets.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for a numeric axis, [`ErrorKind::Contradictory`] if the parts of the
/// table do not fit together.
pub fn write(table: &Table) -> Result<Vec<u8>, Error> {
    table.validate()?;
    let Columns::Named(channels) = &table.columns else {
        return Err(Error::new(ErrorKind::Unsupported, "the columns have no names")
            .in_file(table.source.clone())
            .hint("write spectra as wide CSV"));
    };
    let fault = |e: csv::Error| Error::malformed(format!("cannot write CSV: {e}"));
    let time = |index: usize| channels[index].unit == unit::ADIT_UNIT_DAYS_UTC;
    let labels: Vec<_> = table.labels.iter().filter(|l| !is_time_heading(&l.name)).collect();
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let mut cells = vec!["sample_id".to_string()];
    cells.extend(labels.iter().map(|label| label.name.clone()));
    cells.extend(channels.iter().map(|channel| match channel.unit {
        unit::ADIT_UNIT_DAYS_UTC => channel.name.clone(),
        unit::ADIT_UNIT_NONE => format!("{} [-]", channel.name),
        number => format!("{} [{}]", channel.name, unit::text(number)),
    }));
    writer.write_record(&cells).map_err(fault)?;
    for (row, id) in table.ids.iter().enumerate() {
        cells.clear();
        cells.push(id.clone());
        cells.extend(labels.iter().map(|label| label.cells[row].clone()));
        cells.extend(table.row(row).iter().enumerate().map(|(index, value)| match value {
            v if v.is_nan() => String::new(),
            v if time(index) => format_days(*v).unwrap_or_default(),
            v => v.to_string(),
        }));
        writer.write_record(&cells).map_err(fault)?;
    }
    writer.into_inner().map_err(|e| Error::malformed(format!("cannot write CSV: {e}")))
}
