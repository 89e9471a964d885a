//! Who may import whom. The tree is the architecture; this test keeps it so.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Our own crates that each crate may import (normal and build dependencies).
const ALLOWED: &[(&str, &[&str])] = &[
    ("adit-abi", &[]),
    ("adit-node", &[]),
    ("adit-engine", &["adit-abi"]),
    ("adit-spectra", &["adit-abi"]),
    ("adit-plugin", &["adit-abi"]),
    ("adit-scatter", &["adit-plugin"]),
    ("adit-derivative", &["adit-plugin"]),
    ("adit-scale", &["adit-plugin"]),
    ("adit-select", &["adit-plugin"]),
    ("adit-fourier", &["adit-plugin"]),
    ("adit-ec", &["adit-plugin"]),
    ("adit-pls", &["adit-plugin"]),
    ("adit-shrinkage", &["adit-plugin"]),
    ("adit-linfa", &["adit-plugin"]),
    (
        "adit-builtin",
        &[
            "adit-plugin",
            "adit-scatter",
            "adit-derivative",
            "adit-scale",
            "adit-select",
            "adit-fourier",
            "adit-ec",
            "adit-pls",
            "adit-shrinkage",
            "adit-linfa",
        ],
    ),
    ("adit-export", &["adit-engine", "adit-node"]),
    ("adit-host", &["adit-abi", "adit-engine", "adit-spectra"]),
    ("adit-calibration", &["adit-engine", "adit-spectra"]),
    (
        "adit",
        &[
            "adit-engine",
            "adit-host",
            "adit-node",
            "adit-export",
            "adit-spectra",
            "adit-calibration",
        ],
    ),
    ("adit-benches", ANY),
];

/// The benches measure everything.
const ANY: &[&str] = &["*"];

/// What a test may use besides: the host to load plugins, the exporter to check lowered forms.
const IN_TESTS: &[&str] = &["adit-host", "adit-export", "adit-engine", "adit-spectra"];

/// External crates that have one home each.
const ONE_HOME: &[(&str, &[&str])] = &[
    ("libloading", &["adit-host"]),
    ("clap", &["adit"]),
    ("hdf5-pure", &["adit-spectra"]),
    ("hdf5-metno", &["adit-spectra"]),
    ("rustfft", &["adit-fourier"]),
    ("linfa-pls", &["adit-linfa", "adit-benches"]),
];

/// Crates whose presence anywhere would mean that the product can open a connection.
const NETWORK: &[&str] = &[
    "reqwest",
    "hyper",
    "ureq",
    "curl",
    "tokio",
    "mio",
    "socket2",
    "rustls",
    "openssl",
    "native-tls",
];

fn metadata() -> cargo_metadata::Metadata {
    MetadataCommand::new().exec().expect("cargo metadata runs in the workspace")
}

#[test]
fn every_import_edge_is_allowed() {
    let metadata = metadata();
    let ours: BTreeSet<&str> =
        metadata.workspace_packages().iter().map(|p| p.name.as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(may) = allowed.get(package.name.as_str()) else {
            wrong.push(format!("{} is not in the table of who may import whom", package.name));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|d| ours.contains(d.name.as_str())) {
            let name = dependency.name.as_str();
            let in_tests =
                dependency.kind == DependencyKind::Development && IN_TESTS.contains(&name);
            if !(*may == ANY || may.contains(&name) || in_tests) {
                wrong.push(format!("{} -> {name} ({:?})", package.name, dependency.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "import edges that are not allowed:\n{}", wrong.join("\n"));
}

#[test]
fn outside_crates_stay_in_their_one_home() {
    for package in metadata().workspace_packages() {
        for dependency in &package.dependencies {
            if let Some((_, homes)) = ONE_HOME.iter().find(|(n, _)| *n == dependency.name) {
                assert!(
                    homes.contains(&package.name.as_str()),
                    "{} uses {}, which belongs to {homes:?}",
                    package.name,
                    dependency.name
                );
            }
        }
    }
}

#[test]
fn no_crate_of_the_whole_tree_can_talk_to_a_network() {
    let found: Vec<String> = metadata()
        .packages
        .iter()
        .map(|p| p.name.to_string())
        .filter(|n| NETWORK.contains(&n.as_str()))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

/// `unsafe` lives in abi, sdk, host and one module of node; every other crate forbids it.
#[test]
fn crates_without_unsafe_say_so() {
    for package in metadata().workspace_packages() {
        let name = package.name.as_str();
        for target in package.targets.iter().filter(|t| t.is_lib() || t.is_bin() || t.is_cdylib()) {
            let text = std::fs::read_to_string(&target.src_path).expect("a target has its source");
            let lint = match name {
                "adit-abi" | "adit-plugin" | "adit-host" => continue,
                // One attribute, made by the SDK's export macro, and one module of the node.
                "adit-builtin" | "adit-node" => "#![deny(unsafe_code)]",
                _ => "#![forbid(unsafe_code)]",
            };
            assert!(text.contains(lint), "{name} lacks {lint} in {}", target.src_path);
        }
    }
}
