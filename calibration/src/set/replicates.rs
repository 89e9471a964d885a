//! Several ICP results of one sample become one reference.

use super::icp::IcpTable;
use super::reference::{Analyte, Reference};
use crate::{Error, Result};
use adit_spectra::Label;
use std::collections::BTreeMap;

/// The rows of each id, in the order in which the ids first come.
pub(super) fn rows_by_id(ids: &[String]) -> Vec<(&str, Vec<usize>)> {
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    for (row, id) in ids.iter().enumerate() {
        let at = *place.entry(id).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((id, vec![row])),
        }
    }
    groups
}

/// One row per sample: the mean of its results, with the uncertainty of that mean. If all results
/// are below detection, so is the sample, at the largest limit. A label that differs between the
/// rows of a sample is left empty there.
///
/// # Errors
/// If some results of a sample and analyte are below detection and others are not.
pub(super) fn merge(icp: IcpTable) -> Result<IcpTable> {
    let groups = rows_by_id(&icp.ids);
    let mut analytes = Vec::new();
    for analyte in &icp.analytes {
        let mut merged = Analyte {
            name: analyte.name.clone(),
            unit: analyte.unit.clone(),
            references: Vec::new(),
            u: Vec::new(),
        };
        for (id, rows) in &groups {
            let (reference, u) =
                mean(analyte, rows).ok_or_else(|| mixed(&icp, analyte, id, rows))?;
            merged.references.push(reference);
            merged.u.push(u);
        }
        analytes.push(merged);
    }
    let mut notes = icp.notes.clone();
    let merge_label = |label: &Label| {
        let cells = groups.iter().map(|(_, rows)| agreed(&label.cells, rows)).collect();
        Label { name: label.name.clone(), cells }
    };
    let labels = icp.labels.iter().map(merge_label).collect();
    let repeated = groups.iter().filter(|(_, rows)| rows.len() > 1).count();
    if repeated > 0 {
        notes.push(format!(
            "icp.csv: {repeated} samples have more than one result; their means are used"
        ));
    }
    let first = |rows: &Vec<usize>| rows[0];
    let time = |times: &Vec<f64>, rows: &Vec<usize>| {
        rows.iter().map(|&row| times[row]).find(|t| !t.is_nan()).unwrap_or(f64::NAN)
    };
    Ok(IcpTable {
        source: icp.source.clone(),
        ids: groups.iter().map(|(id, _)| (*id).to_string()).collect(),
        lines: groups.iter().map(|(_, rows)| icp.lines[first(rows)]).collect(),
        times: icp.times.as_ref().map(|times| groups.iter().map(|(_, r)| time(times, r)).collect()),
        labels,
        analytes,
        notes,
    })
}

/// `None` where values and limits are mixed.
fn mean(analyte: &Analyte, rows: &[usize]) -> Option<(Reference, Option<f64>)> {
    let found: Vec<usize> =
        rows.iter().copied().filter(|&r| analyte.references[r] != Reference::Missing).collect();
    if let [row] = found.as_slice() {
        return Some((analyte.references[*row], analyte.u[*row]));
    }
    if found.is_empty() {
        return Some((Reference::Missing, None));
    }
    let n = found.len() as f64;
    let values: Vec<f64> =
        found.iter().filter_map(|&row| analyte.references[row].measured()).collect();
    if values.len() == found.len() {
        let squares: Option<Vec<f64>> =
            found.iter().map(|&row| analyte.u[row].map(|u| u * u)).collect();
        let u = squares.map(|squares| squares.iter().sum::<f64>().sqrt() / n);
        return Some((Reference::Measured(values.iter().sum::<f64>() / n), u));
    }
    if !values.is_empty() {
        return None;
    }
    let limits = found.iter().filter_map(|&row| match analyte.references[row] {
        Reference::Below(limit) => Some(limit),
        _ => None,
    });
    limits.reduce(f64::max).map(|limit| (Reference::Below(limit), None))
}

fn mixed(icp: &IcpTable, analyte: &Analyte, id: &str, rows: &[usize]) -> Error {
    let lines: Vec<String> = rows.iter().map(|&row| icp.lines[row].to_string()).collect();
    Error::input(format!(
        "{} is below detection in some of rows {} and not in others",
        analyte.name,
        lines.join(" and ")
    ))
    .in_file(icp.source.clone())
    .of_sample(id)
    .hint("leave the one result that is to count, and empty the other cells")
}

fn agreed(cells: &[String], rows: &[usize]) -> String {
    let first = &cells[rows[0]];
    let same = rows.iter().all(|&row| cells[row] == *first);
    if same { first.clone() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::super::icp_columns::ColumnRules;
    use super::*;

    fn parse(text: &str) -> IcpTable {
        let units = BTreeMap::new();
        let rules = ColumnRules { two_files: false, analytes: None, units: &units };
        IcpTable::parse("icp.csv", text.as_bytes(), rules, None).unwrap()
    }

    #[test]
    fn means_limits_and_labels() {
        let icp = parse(
            "id,site,split,zn_mg_l,zn_mg_l_u\na,N,x,1,0.3\nb,S,x,<2,\na,N,y,3,0.4\nb,S,x,<5,\n\
             c,S,x,,\nc,S,x,7,0.1\n",
        );
        let merged = merge(icp).unwrap();
        assert_eq!(merged.ids, ["a", "b", "c"]);
        assert_eq!(merged.lines, [2, 3, 6]);
        let zn = &merged.analytes[0];
        let expected = [Reference::Measured(2.0), Reference::Below(5.0), Reference::Measured(7.0)];
        assert_eq!(zn.references, expected);
        assert_eq!(zn.u, [Some(0.25), None, Some(0.1)]);
        assert_eq!(merged.labels[0].cells, ["N", "S", "S"]);
        assert_eq!(merged.labels[1].cells, ["", "x", "x"]);
    }

    #[test]
    fn a_value_and_a_limit_are_not_averaged() {
        let error = merge(parse("id,zn_mg_l\na,1\nb,2\na,<2\n")).unwrap_err();
        assert!(error.to_string().contains("rows 2 and 4"), "{error}");
    }
}
