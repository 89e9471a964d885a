//! `adit plugin`: what there is, what one is, and whom to trust.

use std::path::Path;

use adit_engine::Plugins as _;
use adit_engine::plugin::PluginInfo;
use serde_json::json;

use crate::args::{Global, Plugin};
use crate::failure::Failure;
use crate::{input, print};

pub(crate) fn run(verb: &Plugin, global: &Global) -> Result<u8, Failure> {
    match verb {
        Plugin::List => list(global),
        Plugin::Inspect { id } => inspect(id, global),
        Plugin::Trust { file } => trust(file, global),
        Plugin::Check(_) => Err(Failure::later("adit plugin check", "")),
        Plugin::New(_) => Err(Failure::later(
            "adit plugin new",
            "start from plugins/example-c or plugins/example-rust",
        )),
    }
}

fn list(global: &Global) -> Result<u8, Failure> {
    let all = input::host(global)?.list();
    if global.json {
        return print::json(&json!({ "plugins": all }));
    }
    let mut table = print::Table::new(&["id", "version", "kind", "from", "what it does"]);
    for p in &all {
        let from = if p.library.trust == "builtin" { "built in" } else { &p.library.file };
        table.row([p.id.as_str(), &p.version, kind(p), from, &p.summary]);
    }
    out!("{table}");
    outln!(
        "\nadit plugin inspect ID shows parameters and source. Nothing foreign was run for this list."
    );
    Ok(0)
}

fn kind(p: &PluginInfo) -> &'static str {
    use adit_engine::plugin::Kind;
    match p.kind {
        Kind::Reader => "reader",
        Kind::Transform => "transform",
        Kind::Regressor => "regressor",
    }
}

fn inspect(id: &str, global: &Global) -> Result<u8, Failure> {
    let p = input::host(global)?.info(id)?;
    if global.json {
        return print::json(&json!({ "plugin": p }));
    }
    outln!("{} {} ({})\n{}\n", p.id, p.version, kind(&p), p.summary);
    let facts = [
        ("flags", p.flags.names().join(", ")),
        ("source", p.reference.clone()),
        ("made by", format!("{}, {}", p.vendor, p.licence)),
        ("library", format!("{} ({})", p.library.file, p.library.trust)),
        ("SHA-256", p.library.sha256.clone()),
    ];
    for (name, text) in facts.iter().filter(|(_, t)| !t.is_empty()) {
        outln!("{name:<8} {text}");
    }
    if !p.params.is_empty() {
        let mut table =
            print::Table::new(&["parameter", "kind", "default", "range", "unit", "what it is"]);
        for q in &p.params {
            let range = match (&q.range, q.choices.as_slice()) {
                (Some((low, high)), _) => print::range(*low, *high),
                (None, []) => String::new(),
                (None, choices) => choices.join(", "),
            };
            let default = q.default.as_deref().unwrap_or("(must be given)");
            table.row([q.name.as_str(), &q.kind, default, &range, &q.unit, &q.help]);
        }
        out!("\n{table}");
    }
    Ok(0)
}

fn trust(file: &Path, global: &Global) -> Result<u8, Failure> {
    let mut host = input::host(global)?;
    let who = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|v| std::env::var(v).ok());
    let when = input::now_utc();
    let report = host.trust(file, who.as_deref().unwrap_or("unknown"), &when)?;
    if global.json {
        return print::json(&json!({
            "file": report.file, "sha256": report.sha256, "build": report.build,
            "plugins": report.plugins, "replaced": report.replaced, "lock": report.lock,
        }));
    }
    outln!("trusted {}", report.file.display());
    outln!("SHA-256 {}", report.sha256);
    if let Some(former) = &report.replaced {
        outln!("in place of the former {former}");
    }
    for p in &report.plugins {
        outln!("  {} {} ({}): {}", p.id, p.version, kind(p), p.summary);
    }
    outln!("Its code was run once to read this. Entered in {}", report.lock.display());
    Ok(0)
}
