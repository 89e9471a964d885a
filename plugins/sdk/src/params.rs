//! The parameter values of one instance, checked against their declaration.

use std::collections::BTreeMap;
use std::ffi::CStr;

use adit_abi::{self as abi, AditValue};

use crate::{Error, Param, ParamKind};

/// A parameter value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    Float(f64),
    Int(i64),
    Bool(bool),
    Text(String),
    Floats(Vec<f64>),
    Texts(Vec<String>),
}

/// Every declared parameter with a value of its kind, in range; those not given have their default.
#[derive(Clone, Debug)]
pub struct Params(BTreeMap<&'static str, Value>);

impl Params {
    /// Checks `given` against `declared`.
    ///
    /// # Errors
    /// A name that is not declared, a value of another kind or out of range, or a required parameter that is missing.
    pub fn new(declared: &'static [Param], given: &[(String, Value)]) -> Result<Params, Error> {
        let mut values = BTreeMap::new();
        for (name, value) in given {
            let param = declared
                .iter()
                .find(|p| p.name == name)
                .ok_or_else(|| Error::arg(format!("there is no parameter {name}")))?;
            values.insert(param.name, check(param, value.clone())?);
        }
        for param in declared {
            if !values.contains_key(param.name) {
                let value = default(&param.kind)
                    .ok_or_else(|| Error::arg(format!("parameter {} must be given", param.name)))?;
                values.insert(param.name, value);
            }
        }
        Ok(Params(values))
    }

    fn get(&self, name: &str) -> Result<&Value, Error> {
        self.0.get(name).ok_or_else(|| Error::arg(format!("parameter {name} is not declared")))
    }
    /// A FLOAT.
    pub fn float(&self, name: &str) -> Result<f64, Error> {
        match self.get(name)? {
            Value::Float(v) => Ok(*v),
            _ => Err(wrong(name)),
        }
    }
    /// An INT.
    pub fn int(&self, name: &str) -> Result<i64, Error> {
        match self.get(name)? {
            Value::Int(v) => Ok(*v),
            _ => Err(wrong(name)),
        }
    }
    /// An INT that cannot be negative by its range.
    pub fn size(&self, name: &str) -> Result<usize, Error> {
        usize::try_from(self.int(name)?).map_err(|_| wrong(name))
    }
    /// A BOOL.
    pub fn bool(&self, name: &str) -> Result<bool, Error> {
        match self.get(name)? {
            Value::Bool(v) => Ok(*v),
            _ => Err(wrong(name)),
        }
    }
    /// A TEXT or CHOICE.
    pub fn text(&self, name: &str) -> Result<&str, Error> {
        match self.get(name)? {
            Value::Text(v) => Ok(v),
            _ => Err(wrong(name)),
        }
    }
    /// A list of FLOAT.
    pub fn floats(&self, name: &str) -> Result<&[f64], Error> {
        match self.get(name)? {
            Value::Floats(v) => Ok(v),
            _ => Err(wrong(name)),
        }
    }
    /// A list of TEXT.
    pub fn texts(&self, name: &str) -> Result<&[String], Error> {
        match self.get(name)? {
            Value::Texts(v) => Ok(v),
            _ => Err(wrong(name)),
        }
    }
}

fn wrong(name: &str) -> Error {
    Error::arg(format!("parameter {name} has another kind"))
}

fn default(kind: &ParamKind) -> Option<Value> {
    match *kind {
        ParamKind::Float { default, .. } => default.map(Value::Float),
        ParamKind::Int { default, .. } => default.map(Value::Int),
        ParamKind::Bool { default } => default.map(Value::Bool),
        ParamKind::Choice { default, .. } | ParamKind::Text { default } => {
            default.map(|t| Value::Text(t.to_owned()))
        }
        ParamKind::Floats { default, .. } => default.map(|v| Value::Floats(v.to_vec())),
        ParamKind::Texts { default } => {
            default.map(|v| Value::Texts(v.iter().map(|t| (*t).to_owned()).collect()))
        }
    }
}

fn check(param: &Param, value: Value) -> Result<Value, Error> {
    let name = param.name;
    let unit = if param.unit.is_empty() { String::new() } else { format!(" {}", param.unit) };
    let out = |v: String, limits: String| {
        Error::arg(format!(
            "parameter {name} = {v} is outside its range: it must be {limits}{unit}"
        ))
    };
    let float_out = |v: f64, min: f64, max: f64| {
        let low = (min > f64::MIN).then(|| short(min));
        let high = (max < f64::MAX).then(|| short(max));
        let (low, high) = if v.is_finite() { (low, high) } else { (None, None) };
        out(short(v), limits(low, high))
    };
    match (&param.kind, &value) {
        (ParamKind::Float { min, max, .. }, Value::Float(v)) if !(*min..=*max).contains(v) => {
            Err(float_out(*v, *min, *max))
        }
        (ParamKind::Int { min, max, .. }, Value::Int(v)) if !(*min..=*max).contains(v) => {
            let low = (*min > i64::MIN).then(|| min.to_string());
            let high = (*max < i64::MAX).then(|| max.to_string());
            Err(out(v.to_string(), limits(low, high)))
        }
        (ParamKind::Floats { min, max, .. }, Value::Floats(list)) => {
            match list.iter().find(|v| !(*min..=*max).contains(*v)) {
                Some(v) => Err(float_out(*v, *min, *max)),
                None => Ok(value),
            }
        }
        (ParamKind::Choice { choices, .. }, Value::Text(v)) if !choices.contains(&v.as_str()) => {
            Err(Error::arg(format!(
                "parameter {name} = \"{v}\" is not one of {}",
                choices.join(", ")
            )))
        }
        (ParamKind::Float { .. }, Value::Float(_))
        | (ParamKind::Int { .. }, Value::Int(_))
        | (ParamKind::Bool { .. }, Value::Bool(_))
        | (ParamKind::Choice { .. } | ParamKind::Text { .. }, Value::Text(_))
        | (ParamKind::Texts { .. }, Value::Texts(_)) => Ok(value),
        _ => Err(wrong(name)),
    }
}

/// A range in words; an open end is left out.
fn limits(low: Option<String>, high: Option<String>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("from {low} to {high}"),
        (Some(low), None) => format!("at least {low}"),
        (None, Some(high)) => format!("at most {high}"),
        (None, None) => "a finite number".to_owned(),
    }
}

/// A number in short: `0`, `2.5`, `1e-12`, `1e300`.
fn short(v: f64) -> String {
    let text = format!("{v:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// # Safety
/// `values` must hold `count` pointers to valid `AditValue`s.
pub(crate) unsafe fn from_raw(
    values: *const *const AditValue,
    count: usize,
) -> Result<Vec<(String, Value)>, Error> {
    let missing = || Error::arg("a parameter value is missing");
    if values.is_null() && count > 0 {
        return Err(missing());
    }
    let mut list = Vec::new();
    for i in 0..count {
        // SAFETY: promised by the caller.
        let raw = unsafe { (*values.add(i)).as_ref() }.ok_or_else(missing)?;
        // SAFETY: texts are NUL-terminated; lists hold `count` elements.
        let value = unsafe {
            match raw.kind {
                abi::ADIT_PARAM_FLOAT => Value::Float(raw.number),
                abi::ADIT_PARAM_INT => Value::Int(raw.integer),
                abi::ADIT_PARAM_BOOL => Value::Bool(raw.integer != 0),
                abi::ADIT_PARAM_CHOICE | abi::ADIT_PARAM_TEXT => Value::Text(text(raw.text)?),
                abi::ADIT_PARAM_FLOATS if raw.numbers.is_null() && raw.count > 0 => {
                    return Err(missing());
                }
                abi::ADIT_PARAM_TEXTS if raw.texts.is_null() && raw.count > 0 => {
                    return Err(missing());
                }
                abi::ADIT_PARAM_FLOATS => {
                    Value::Floats(crate::matrix::slice(raw.numbers, raw.count).to_vec())
                }
                abi::ADIT_PARAM_TEXTS => Value::Texts(
                    (0..raw.count).map(|k| text(*raw.texts.add(k))).collect::<Result<_, _>>()?,
                ),
                other => {
                    return Err(Error::arg(format!("unknown kind of parameter value {other}")));
                }
            }
        };
        // SAFETY: names are NUL-terminated.
        list.push((unsafe { text(raw.name) }?, value));
    }
    Ok(list)
}

/// # Safety
/// `raw` must be null or NUL-terminated.
unsafe fn text(raw: *const std::ffi::c_char) -> Result<String, Error> {
    if raw.is_null() {
        return Err(Error::arg("a text is missing"));
    }
    // SAFETY: not null, and NUL-terminated by the caller's promise.
    let text = unsafe { CStr::from_ptr(raw) };
    text.to_str().map(str::to_owned).map_err(|_| Error::arg("a text is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(kind: ParamKind, value: Value) -> String {
        let param = Param { name: "p", unit: "nm", help: "a test", kind };
        check(&param, value).unwrap_err().to_string()
    }

    #[test]
    fn ranges_are_told_in_short_and_without_open_ends() {
        let float = |min, max| ParamKind::Float { default: None, min, max };
        let int = |min, max| ParamKind::Int { default: None, min, max };
        for (kind, value, words) in [
            (
                float(0.0, 9.5),
                Value::Float(1e300),
                "p = 1e300 is outside its range: it must be from 0 to 9.5 nm",
            ),
            (
                float(1e-12, f64::MAX),
                Value::Float(0.0),
                "p = 0 is outside its range: it must be at least 1e-12 nm",
            ),
            (float(f64::MIN, 10.0), Value::Float(11.0), "at most 10 nm"),
            (
                float(0.0, f64::MAX),
                Value::Float(f64::NAN),
                "p = NaN is outside its range: it must be a finite number",
            ),
            (
                int(1, i64::MAX),
                Value::Int(0),
                "p = 0 is outside its range: it must be at least 1 nm",
            ),
            (int(i64::MIN, 3), Value::Int(4), "at most 3 nm"),
            (
                ParamKind::Floats { default: None, min: 0.0, max: f64::INFINITY },
                Value::Floats(vec![1.0, -1.0]),
                "p = -1 is outside its range: it must be at least 0 nm",
            ),
        ] {
            let text = refusal(kind, value);
            assert!(text.contains(words), "{text}");
        }
    }
}
