//! The built-in library over the real contract: what it lists, and how wrong requests are answered.
#![allow(missing_docs)]

mod common;

use std::collections::BTreeSet;

use adit_engine::plugin::Kind;
use adit_engine::{ErrorKind, Plugins};
use adit_host::testing;
use common::settings;

#[test]
fn every_plugin_describes_itself_sanely() {
    let host = testing::host();
    let list = host.list();
    assert!(list.len() >= 10, "only {} plugins", list.len());
    assert!(list.windows(2).all(|w| w[0].id < w[1].id), "sorted, each once");
    for p in &list {
        assert!(p.id.starts_with("adit."), "{}", p.id);
        for (what, text) in [
            ("name", &p.name),
            ("summary", &p.summary),
            ("vendor", &p.vendor),
            ("licence", &p.licence),
        ] {
            assert!(!text.trim().is_empty(), "{}: {what} is blank", p.id);
        }
        assert!(p.state_version >= 1, "{}", p.id);
        assert_eq!(p.library.trust, "builtin");
        assert_eq!(p.library.sha256.len(), 64);
        let names: BTreeSet<&str> = p.params.iter().map(|q| q.name.as_str()).collect();
        assert_eq!(names.len(), p.params.len(), "{}", p.id);
        for q in &p.params {
            assert!(!q.help.is_empty(), "{}: {} has no help", p.id, q.name);
            assert_eq!(q.choices.is_empty(), q.kind != "choice", "{}: {}", p.id, q.name);
        }
        assert_eq!(host.info(&p.id).unwrap(), *p);
    }
    let kinds: BTreeSet<_> = list.iter().map(|p| format!("{:?}", p.kind)).collect();
    assert_eq!(kinds.len(), 2, "transforms and regressors: {kinds:?}");
}

#[test]
fn plugins_without_required_parameters_can_be_made_from_defaults_alone() {
    let host = testing::host();
    for p in host.list() {
        let empty = toml::Table::new();
        let path = p.path_param.clone().unwrap_or_default();
        let required: Vec<&str> = p
            .params
            .iter()
            .filter(|q| q.default.is_none() && q.name != path)
            .map(|q| q.name.as_str())
            .collect();
        let made = match p.kind {
            Kind::Regressor => host.regressor(&p.id, &empty).map(drop),
            _ => host.transform(&p.id, &empty).map(drop),
        };
        match (made, required.as_slice()) {
            (made, []) => {
                // A plugin may still want one of two parameters; it must then say so as a matter of usage.
                assert!(
                    made.as_ref().err().is_none_or(|e| e.kind() == ErrorKind::Usage),
                    "{}: {made:?}",
                    p.id
                );
            }
            (made, [first, ..]) => {
                let e = made.unwrap_err();
                assert_eq!(e.kind(), ErrorKind::Usage);
                assert!(e.to_string().contains(first), "{}: {e}", p.id);
            }
        }
    }
}

#[test]
fn wrong_requests_say_what_is_near() {
    let host = testing::host();
    let none = toml::Table::new();
    let e = host.transform("adit.scater.snv", &none).map(drop).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Plugin);
    assert!(e.to_string().contains("did you mean adit.scatter.snv"), "{e}");
    assert!(host.info("snv").unwrap_err().to_string().contains("adit.scatter.snv"));

    let e = host.transform("adit.scatter.snv", &settings("flor = 1")).map(drop).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Usage);
    assert!(e.to_string().contains("did you mean floor"), "{e}");
    let e = host.transform("adit.scatter.snv", &settings("floor = -1")).map(drop).unwrap_err();
    assert!(e.to_string().contains("it must be at least 0"), "{e}");

    for wrong in [
        host.transform("adit.pls", &none).map(drop),
        host.regressor("adit.scatter.snv", &none).map(drop),
    ] {
        assert_eq!(wrong.unwrap_err().kind(), ErrorKind::Usage);
    }
}
