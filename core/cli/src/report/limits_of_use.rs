//! What an estimate must not be used for, said before any plot.

use maud::{Markup, html};

use super::data::{Analyte, Kind, ReportData};
use super::texts::{Texts, fill};

/// With fewer samples than this the figures themselves are said to be uncertain.
const MANY: usize = 60;

/// The section.
pub(crate) fn section(data: &ReportData, t: &Texts) -> Markup {
    let proxy =
        if data.kind == Kind::Spectra { t.limit_proxy_spectra } else { t.limit_proxy_table };
    let join = |these: &dyn Fn(&Analyte) -> bool| -> Option<String> {
        let names: Vec<&str> =
            data.analytes.iter().filter(|a| these(a)).map(|a| a.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(t.list_separator))
    };
    let indirect = join(&|a| a.status.gives_estimates() && is_indirect(data.kind, &a.name));
    let unfit = join(&|a| !a.status.gives_estimates());
    let censored = join(&|a| a.status.gives_estimates() && a.censored > 0);
    let fewest = data.analytes.iter().filter(|a| a.status.gives_estimates()).map(|a| a.n).min();
    html! {
        section.limits-of-use id="limits" {
            h2 { (t.limits) }
            ul {
                li { (t.limit_compliance) }
                li {
                    @match &data.mine {
                        Some(mine) => { (fill(t.limit_mine_named, &[mine])) }
                        None => { (t.limit_mine) }
                    }
                }
                li { (t.limit_range) }
                li { (proxy) @if let Some(names) = indirect { (t.space) (fill(t.limit_proxy_here, &[&names])) } }
                @if let Some(names) = unfit { li { (fill(t.limit_unfit, &[&names])) } }
                @if let Some(names) = censored { li { (fill(t.limit_censored, &[&names])) } }
                @if let Some(n) = fewest.filter(|n| *n < MANY) { li { (fill(t.limit_few, &[&n.to_string()])) } }
            }
        }
    }
}

/// Whether the measurement sees only what goes along with the analyte: everything from EC; Zn, Cd and Mn(II) in the UV-Vis.
fn is_indirect(kind: Kind, name: &str) -> bool {
    let element: String = name.chars().take_while(char::is_ascii_alphabetic).collect();
    kind != Kind::Spectra || ["zn", "cd", "mn"].contains(&element.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iron_has_a_band_and_conductivity_sees_no_metal() {
        for (kind, name, want) in [
            (Kind::Spectra, "Zn (total)", true),
            (Kind::Spectra, "Mn (dissolved)", true),
            (Kind::Spectra, "Fe (total)", false),
            (Kind::Spectra, "fat", false),
            (Kind::Table, "Fe (dissolved)", true),
        ] {
            assert_eq!(is_indirect(kind, name), want, "{name}");
        }
    }
}
