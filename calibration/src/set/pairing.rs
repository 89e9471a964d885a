//! Which capture belongs to which ICP sample.

use super::captures::Captures;
use super::icp::IcpTable;
use super::replicates::{merge, rows_by_id};
use super::set_toml::{Kind, PairBy, Pairing};
use super::types::RowOrigin;
use crate::{Error, Result};
use adit_spectra::units::is_time_heading;
use adit_spectra::{Label, Table};
use std::collections::BTreeMap;

const MINUTES_PER_DAY: f64 = 1440.0;

/// The rows that have both, in file order of the captures.
pub(super) struct Paired {
    /// What the instruments saw, with the labels and times of both.
    pub(super) table: Table,
    pub(super) origins: Vec<RowOrigin>,
    /// Row of the ICP table of each row.
    pub(super) icp_rows: Vec<usize>,
    /// One row per sample.
    pub(super) icp: IcpTable,
    pub(super) notes: Vec<String>,
}

/// Pairs captures with references; a capture without a reference is left out and counted.
///
/// # Errors
/// Two rows with one id where no replicates are declared; an ICP sample without capture; labels that
/// contradict each other.
pub(super) fn pair(
    captures: Captures,
    icp: IcpTable,
    pairing: &Pairing,
    kind: Kind,
) -> Result<Paired> {
    let icp = if pairing.replicates {
        merge(icp)?
    } else {
        check_icp_ids(&icp)?;
        icp
    };
    let pairs = match pairing.by {
        PairBy::SampleId => by_sample_id(&captures, &icp, pairing.replicates, kind)?,
        PairBy::Time => {
            by_time(&captures, &icp, pairing.within_minutes.unwrap_or(0.0) / MINUTES_PER_DAY)?
        }
    };
    let mut notes = captures.notes.clone();
    notes.extend(icp.notes.iter().cloned());
    notes.extend(left_out(&captures, &pairs, pairing.by));
    let (rows, icp_rows): (Vec<usize>, Vec<usize>) = pairs.into_iter().unzip();
    let mut table = captures.table.select_rows(&rows);
    let origins: Vec<RowOrigin> = rows.iter().map(|&row| captures.origins[row].clone()).collect();
    if pairing.by == PairBy::Time {
        table.ids = icp_rows.iter().map(|&row| icp.ids[row].clone()).collect();
    }
    join_times(&mut table, &icp, &icp_rows);
    join_labels(&mut table, &origins, &icp, &icp_rows)?;
    Ok(Paired { table, origins, icp_rows, icp, notes })
}

fn check_icp_ids(icp: &IcpTable) -> Result<()> {
    let groups = rows_by_id(&icp.ids);
    let Some((id, rows)) = groups.iter().find(|(_, rows)| rows.len() > 1) else { return Ok(()) };
    let places = format!("rows {} and {}", icp.lines[rows[0]], icp.lines[rows[1]]);
    Err(two_rows(&icp.source, id, &places))
}

fn two_rows(file: &str, id: &str, places: &str) -> Error {
    Error::input(format!("{places} have one sample id")).in_file(file).of_sample(id).hint(
        "give every sample its own id; if they are replicates of one sample, write \
         replicates = true under [pairing] in set.toml",
    )
}

fn by_sample_id(
    captures: &Captures,
    icp: &IcpTable,
    replicates: bool,
    kind: Kind,
) -> Result<Vec<(usize, usize)>> {
    let groups = rows_by_id(&captures.table.ids);
    if let Some((id, rows)) = groups.iter().find(|(_, rows)| rows.len() > 1 && !replicates) {
        let (a, b) = (&captures.origins[rows[0]], &captures.origins[rows[1]]);
        let places = if a.file == b.file {
            format!("rows {} and {}", a.row, b.row)
        } else {
            format!("row {} and row {} of {}", a.row, b.row, b.file)
        };
        return Err(two_rows(&a.file, id, &places));
    }
    let known: BTreeMap<&str, &Vec<usize>> = groups.iter().map(|(id, rows)| (*id, rows)).collect();
    let lost: Vec<usize> =
        (0..icp.ids.len()).filter(|&row| !known.contains_key(icp.ids[row].as_str())).collect();
    if let Some(&first) = lost.first() {
        return Err(without_capture(captures, icp, first, lost.len(), kind));
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (row, id) in icp.ids.iter().enumerate() {
        let rows = known.get(id.as_str()).into_iter().flat_map(|rows| rows.iter());
        pairs.extend(rows.map(|&capture| (capture, row)));
    }
    pairs.sort_unstable();
    Ok(pairs)
}

fn without_capture(
    captures: &Captures,
    icp: &IcpTable,
    row: usize,
    count: usize,
    kind: Kind,
) -> Error {
    let id = &icp.ids[row];
    let what = match count {
        1 => "the ICP sample has no capture".to_string(),
        2 => "the ICP sample has no capture, nor has one other".to_string(),
        n => format!("the ICP sample has no capture, nor have {} others", n - 1),
    };
    let plain = |id: &str| -> String {
        id.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let alike = captures.table.ids.iter().find(|have| plain(have) == plain(id));
    let hint = match alike {
        Some(have) => format!(
            "{} has \"{have}\": write the id in the same way in both files",
            captures.table.source
        ),
        None if kind == Kind::Series => "a series too is paired by sample id unless set.toml says \
             otherwise: to pair by time, write by = \"time\" and within_minutes = 30 under \
             [pairing]"
            .to_string(),
        None => format!(
            "add its capture to {}, or take the row out of icp.csv; ids must be equal letter by \
             letter",
            captures.table.source
        ),
    };
    Error::input(what).in_file(icp.source.clone()).at_row(icp.lines[row]).of_sample(id).hint(hint)
}

/// The capture nearest in time, not further away than `within` days; the earlier of two as near.
fn by_time(captures: &Captures, icp: &IcpTable, within: f64) -> Result<Vec<(usize, usize)>> {
    let no_times = |file: &str| {
        Error::input("pairing by time needs a column of times")
            .in_file(file)
            .hint("head it time, with a date and a time in every row")
    };
    let times = captures.table.times.as_ref().ok_or_else(|| no_times(&captures.table.source))?;
    let wanted = icp.times.as_ref().ok_or_else(|| no_times(&icp.source))?;
    let mut order: Vec<usize> = (0..times.len()).filter(|&row| times[row].is_finite()).collect();
    order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
    let mut pairs = Vec::new();
    for (row, &time) in wanted.iter().enumerate() {
        let place = |what: String| {
            Error::input(what)
                .in_file(icp.source.clone())
                .at_row(icp.lines[row])
                .of_sample(icp.ids[row].clone())
        };
        if !time.is_finite() {
            return Err(place("the ICP sample has no time".into())
                .hint("pairing by time needs one in every row"));
        }
        let after = order.partition_point(|&capture| times[capture] < time);
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let near = near.filter_map(|at| order.get(at).copied());
        let distance = |capture: usize| (times[capture] - time).abs();
        match near.min_by(|&a, &b| distance(a).total_cmp(&distance(b))) {
            Some(capture) if distance(capture) <= within => pairs.push((capture, row)),
            nearest => {
                let far = nearest.map_or(String::new(), |capture| {
                    let minutes = distance(capture) * MINUTES_PER_DAY;
                    format!(": the nearest is {minutes:.1} minutes away")
                });
                return Err(place(format!("the ICP sample has no capture{far}")).hint(
                    "add the capture, take the row out of icp.csv, or raise within_minutes; \
                     check the offsets of the times",
                ));
            }
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}

fn left_out(captures: &Captures, pairs: &[(usize, usize)], by: PairBy) -> Option<String> {
    let mut used = vec![false; captures.table.rows()];
    for &(capture, _) in pairs {
        used[capture] = true;
    }
    let left: Vec<&str> = (0..used.len())
        .filter(|&row| !used[row])
        .map(|row| captures.table.ids[row].as_str())
        .collect();
    if left.is_empty() {
        return None;
    }
    let count =
        format!("{} of {} captures have no ICP result and are not used", left.len(), used.len());
    if by == PairBy::Time {
        return Some(count);
    }
    let mut listed = left.iter().take(10).copied().collect::<Vec<_>>().join(", ");
    if left.len() > 10 {
        listed.push_str(", ...");
    }
    Some(format!("{count}: {listed}"))
}

/// The time of the capture, or that of the ICP sample where the capture has none.
fn join_times(table: &mut Table, icp: &IcpTable, icp_rows: &[usize]) {
    let Some(of_icp) = &icp.times else { return };
    let own = table.times.take().unwrap_or_else(|| vec![f64::NAN; icp_rows.len()]);
    let joined =
        own.into_iter().zip(icp_rows).map(|(t, &row)| if t.is_nan() { of_icp[row] } else { t });
    table.times = Some(joined.collect());
}

fn join_labels(
    table: &mut Table,
    origins: &[RowOrigin],
    icp: &IcpTable,
    icp_rows: &[usize],
) -> Result<()> {
    for label in &icp.labels {
        let theirs = icp_rows.iter().map(|&row| label.cells[row].clone());
        let Some(own) = table.labels.iter_mut().find(|l| l.name == label.name) else {
            table.labels.push(Label { name: label.name.clone(), cells: theirs.collect() });
            continue;
        };
        for (at, (cell, their)) in own.cells.iter_mut().zip(theirs).enumerate() {
            if cell.is_empty() {
                *cell = their;
            } else if !their.is_empty() && *cell != their && !is_time_heading(&label.name) {
                return Err(Error::input(format!(
                    "\"{cell}\" here and \"{their}\" in row {} of {}",
                    icp.lines[icp_rows[at]], icp.source
                ))
                .in_file(origins[at].file.clone())
                .at_row(origins[at].row)
                .at_column(label.name.clone())
                .of_sample(table.ids[at].clone())
                .hint("correct one of the two"));
            }
        }
    }
    Ok(())
}
