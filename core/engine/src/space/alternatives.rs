//! What a parameter of a space stands for: one value, or several.

use toml::Value;

use super::MOST_RECIPES;
use crate::plugin::{ParamInfo, PluginInfo};
use crate::{Error, Result};

/// The values that a parameter of a plugin is to take, each of the declared kind and in its range.
pub(super) fn of_plugin(name: &str, given: &Value, info: &PluginInfo) -> Result<Vec<Value>> {
    let Some(declared) = info.params.iter().find(|p| p.name == name) else {
        let names: Vec<&str> = info.params.iter().map(|p| p.name.as_str()).collect();
        let hint = match names.is_empty() {
            true => "it has no parameters".to_owned(),
            false => format!("it has {}", names.join(", ")),
        };
        return Err(Error::usage(format!("there is no parameter {name}"), hint));
    };
    let values = match given {
        Value::Array(list) if takes_list(declared) => {
            if !list.is_empty() && list.iter().all(Value::is_array) {
                list.clone()
            } else {
                vec![given.clone()]
            }
        }
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    for value in &values {
        check(declared, value).map_err(|why| {
            Error::usage(
                format!("parameter {name}: {why}"),
                format!("{name} is a {}: {}", declared.kind, declared.help),
            )
        })?;
    }
    some(name, values)
}

/// The values of a word of the engine under `[regressor]`.
pub(super) fn of_engine(name: &str, given: &Value) -> Result<Vec<Value>> {
    match given {
        Value::Array(_) if name == "targets" => Err(one_kind_of_targets()),
        Value::Array(list) => some(name, list.clone()),
        one => Ok(vec![one.clone()]),
    }
}

pub(super) fn one_kind_of_targets() -> Error {
    Error::usage(
        "targets is one for the whole search: joint and separate models see other rows",
        "search twice",
    )
}

fn some(name: &str, values: Vec<Value>) -> Result<Vec<Value>> {
    if values.is_empty() {
        return Err(Error::usage(
            format!("parameter {name}: the list of alternatives is empty"),
            "give at least one value",
        ));
    }
    Ok(values)
}

/// Every combination of values, the last parameter varying fastest.
pub(super) fn product(parameters: &[(String, Vec<Value>)]) -> Result<Vec<toml::Table>> {
    let count = parameters.iter().fold(1_u128, |n, (_, v)| n.saturating_mul(v.len() as u128));
    if count > MOST_RECIPES as u128 {
        return Err(Error::usage(
            format!(
                "its parameters have {count} combinations, and a space holds at most {MOST_RECIPES} recipes"
            ),
            "leave alternatives out",
        ));
    }
    let mut tables = vec![toml::Table::new()];
    for (name, values) in parameters {
        tables = tables
            .iter()
            .flat_map(|table| {
                values.iter().map(|value| {
                    let mut table = table.clone();
                    table.insert(name.clone(), value.clone());
                    table
                })
            })
            .collect();
    }
    Ok(tables)
}

fn takes_list(p: &ParamInfo) -> bool {
    p.kind.starts_with("list")
}

/// Whether a value is of the declared kind and in its range; else why not.
fn check(p: &ParamInfo, value: &Value) -> std::result::Result<(), String> {
    let number = |v: &Value| match v {
        Value::Integer(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    };
    let inside = |v: f64| {
        let (low, high) = p.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        match v.is_finite() && (low..=high).contains(&v) {
            true => Ok(()),
            false => Err(format!("{v} is outside its range ({low} to {high})")),
        }
    };
    let wrong = || Err(format!("{value} is not a {}", p.kind));
    match (p.kind.as_str(), value) {
        ("float", v) => number(v).map_or_else(wrong, inside),
        ("int", Value::Integer(v)) => inside(*v as f64),
        ("bool", Value::Boolean(_)) | ("text", Value::String(_)) => Ok(()),
        ("choice", Value::String(v)) if p.choices.contains(v) => Ok(()),
        ("choice", Value::String(v)) => {
            Err(format!("\"{v}\" is not one of {}", p.choices.join(", ")))
        }
        ("list of float", Value::Array(list)) => {
            list.iter().try_for_each(|v| number(v).map_or_else(wrong, inside))
        }
        ("list of text", Value::Array(list)) if list.iter().all(Value::is_str) => Ok(()),
        _ => wrong(),
    }
}
