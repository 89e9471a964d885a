//! Parameters of a recipe, checked against what the plugin declares, as the contract passes them.
//!
//! The host checks so that a plugin never sees a value of the wrong kind or out of range, whatever language it is written in.

use std::ffi::{CString, c_char};
use std::ptr;

use adit_abi::{self as abi, AditValue};
use adit_engine::plugin::ParamInfo;
use adit_engine::{Error, Result};
use toml::Value as Toml;

use crate::near::near;

/// The kinds of parameters: number of the contract, name for people.
pub(crate) const KINDS: [(u32, &str); 7] = [
    (abi::ADIT_PARAM_FLOAT, "float"),
    (abi::ADIT_PARAM_INT, "int"),
    (abi::ADIT_PARAM_BOOL, "bool"),
    (abi::ADIT_PARAM_CHOICE, "choice"),
    (abi::ADIT_PARAM_TEXT, "text"),
    (abi::ADIT_PARAM_FLOATS, "list of float"),
    (abi::ADIT_PARAM_TEXTS, "list of text"),
];

/// The value of one parameter, of its kind and in its range.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Float(f64),
    Int(i64),
    Bool(bool),
    Choice(CString),
    Text(CString),
    Floats(Vec<f64>),
    Texts(Vec<CString>),
}

/// Values for `create`: those of the recipe, and the defaults of the others.
#[derive(Debug)]
pub(crate) struct Settings(Vec<(CString, Value)>);

impl Settings {
    /// Checks `table` against the declared parameters. `path` is the parameter that the engine itself rules over; it is passed on
    /// only when given.
    ///
    /// # Errors
    /// Usage: an unknown name (with what is near), another kind, out of range, or a required parameter that is missing.
    pub(crate) fn new(
        declared: &[ParamInfo],
        path: Option<&str>,
        table: &toml::Table,
    ) -> Result<Settings> {
        if let Some(name) = table.keys().find(|k| !declared.iter().any(|p| p.name == **k)) {
            return Err(unknown(name, declared));
        }
        let mut values = Vec::with_capacity(declared.len());
        for p in declared {
            let value = match (table.get(&p.name), &p.default) {
                (Some(given), _) => check(p, given)
                    .map_err(|why| Error::usage(format!("parameter {}: {why}", p.name), help(p)))?,
                (None, _) if path == Some(p.name.as_str()) => continue,
                (None, Some(text)) => check_default(p, text).map_err(|why| {
                    Error::plugin(format!("the default of parameter {}: {why}", p.name), "")
                })?,
                (None, None) => {
                    return Err(Error::usage(
                        format!("parameter {} must be given", p.name),
                        help(p),
                    ));
                }
            };
            values.push((c_text(&p.name).map_err(|why| Error::plugin(why, ""))?, value));
        }
        Ok(Settings(values))
    }

    /// Lends the values as the contract passes them.
    pub(crate) fn lend<R>(&self, f: impl FnOnce(*const *const AditValue, usize) -> R) -> R {
        let texts: Vec<Vec<*const c_char>> = self
            .0
            .iter()
            .map(|(_, v)| match v {
                Value::Texts(list) => list.iter().map(|t| t.as_ptr()).collect(),
                _ => Vec::new(),
            })
            .collect();
        let raw: Vec<AditValue> =
            self.0.iter().zip(&texts).map(|((name, v), texts)| view(name, v, texts)).collect();
        let pointers: Vec<*const AditValue> = raw.iter().map(ptr::from_ref).collect();
        f(pointers.as_ptr(), pointers.len())
    }
}

/// Checks the default of a parameter, given as TOML text.
pub(crate) fn check_default_of(p: &ParamInfo) -> std::result::Result<(), String> {
    p.default.as_deref().map_or(Ok(()), |text| check_default(p, text).map(drop))
}

fn check_default(p: &ParamInfo, text: &str) -> std::result::Result<Value, String> {
    let table: toml::Table =
        format!("v = {text}").parse().map_err(|_| format!("{text:?} is not TOML"))?;
    check(p, table.get("v").filter(|_| table.len() == 1).ok_or("it is not one value")?)
}

fn unknown(name: &str, declared: &[ParamInfo]) -> Error {
    let names: Vec<&str> = declared.iter().map(|p| p.name.as_str()).collect();
    let hint = match (near(name, names.iter().copied()).as_slice(), names.as_slice()) {
        ([], []) => "it has no parameters".to_owned(),
        ([], all) => format!("it has {}", all.join(", ")),
        (near, _) => format!("did you mean {}?", near.join(" or ")),
    };
    Error::usage(format!("there is no parameter {name}"), hint)
}

/// What the parameter is, as a hint.
fn help(p: &ParamInfo) -> String {
    let unit = if p.unit.is_empty() { String::new() } else { format!(" in {}", p.unit) };
    format!("{} is {}{unit}: {}", p.name, a_kind(p), p.help)
}

/// The kind of a parameter with its article.
fn a_kind(p: &ParamInfo) -> String {
    let article = if p.kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {}", p.kind)
}

fn check(p: &ParamInfo, given: &Toml) -> std::result::Result<Value, String> {
    let wrong = || match given {
        // 3.0 must not read like the integer 3, nor 1e300 have 301 digits.
        Toml::Float(v) => format!("{v:?} is not {}", a_kind(p)),
        _ => format!("{given} is not {}", a_kind(p)),
    };
    Ok(match (p.kind.as_str(), given) {
        ("float", _) => Value::Float(float(p, given).ok_or_else(wrong)??),
        ("int", Toml::Integer(v)) => {
            in_range(p, *v as f64)?;
            Value::Int(*v)
        }
        ("bool", Toml::Boolean(v)) => Value::Bool(*v),
        ("choice", Toml::String(v)) if p.choices.contains(v) => Value::Choice(c_text(v)?),
        ("choice", Toml::String(v)) => {
            return Err(format!("\"{v}\" is not one of {}", p.choices.join(", ")));
        }
        ("text", Toml::String(v)) => Value::Text(c_text(v)?),
        ("list of float", Toml::Array(list)) => Value::Floats(
            list.iter()
                .map(|v| float(p, v).ok_or_else(wrong)?)
                .collect::<std::result::Result<_, _>>()?,
        ),
        ("list of text", Toml::Array(list)) => Value::Texts(
            list.iter()
                .map(|v| v.as_str().ok_or_else(wrong).and_then(c_text))
                .collect::<std::result::Result<_, _>>()?,
        ),
        _ => return Err(wrong()),
    })
}

/// A float; an integer is one too.
fn float(p: &ParamInfo, given: &Toml) -> Option<std::result::Result<f64, String>> {
    let v = match given {
        Toml::Float(v) => *v,
        Toml::Integer(v) => *v as f64,
        _ => return None,
    };
    Some(in_range(p, v).map(|()| v))
}

fn in_range(p: &ParamInfo, v: f64) -> std::result::Result<(), String> {
    let (low, high) = p.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    if v.is_finite() && (low..=high).contains(&v) {
        return Ok(());
    }
    if !v.is_finite() {
        return Err(format!("{v} is not a finite number"));
    }
    // An integer passes as a double, so the limits of 64 bits are no limits here either.
    let widest = if p.kind == "int" { i64::MAX as f64 } else { f64::MAX };
    let limits = match (low > -widest, high < widest) {
        (true, true) => format!("from {} to {}", short(low), short(high)),
        (true, false) => format!("at least {}", short(low)),
        _ => format!("at most {}", short(high)),
    };
    let unit = if p.unit.is_empty() { String::new() } else { format!(" {}", p.unit) };
    Err(format!("{}{unit} is outside its range: it must be {limits}{unit}", short(v)))
}

/// A number in short: `0`, `2.5`, `1e-12`, `1e300`.
fn short(v: f64) -> String {
    let text = format!("{v:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn c_text(s: &str) -> std::result::Result<CString, String> {
    CString::new(s).map_err(|_| format!("{s:?} holds a NUL"))
}

fn view(name: &CString, value: &Value, texts: &[*const c_char]) -> AditValue {
    let mut raw = AditValue {
        struct_size: size_of::<AditValue>() as u32,
        kind: 0,
        name: name.as_ptr(),
        number: 0.0,
        integer: 0,
        text: ptr::null(),
        numbers: ptr::null(),
        texts: ptr::null(),
        count: 0,
    };
    match value {
        Value::Float(v) => (raw.kind, raw.number) = (abi::ADIT_PARAM_FLOAT, *v),
        Value::Int(v) => (raw.kind, raw.integer) = (abi::ADIT_PARAM_INT, *v),
        Value::Bool(v) => (raw.kind, raw.integer) = (abi::ADIT_PARAM_BOOL, i64::from(*v)),
        Value::Choice(v) => (raw.kind, raw.text) = (abi::ADIT_PARAM_CHOICE, v.as_ptr()),
        Value::Text(v) => (raw.kind, raw.text) = (abi::ADIT_PARAM_TEXT, v.as_ptr()),
        Value::Floats(v) => {
            (raw.kind, raw.numbers, raw.count) = (abi::ADIT_PARAM_FLOATS, v.as_ptr(), v.len());
        }
        Value::Texts(v) => {
            (raw.kind, raw.texts, raw.count) = (abi::ADIT_PARAM_TEXTS, texts.as_ptr(), v.len());
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use adit_engine::ErrorKind;

    use super::*;

    fn param(name: &str, kind: &str, default: Option<&str>) -> ParamInfo {
        ParamInfo {
            name: name.into(),
            kind: kind.into(),
            unit: "nm".into(),
            help: "a test".into(),
            default: default.map(str::to_owned),
            range: (kind.contains("int") || kind.contains("float")).then_some((0.0, 99.0)),
            choices: if kind == "choice" { vec!["zero".into(), "one".into()] } else { vec![] },
        }
    }

    fn all() -> Vec<ParamInfo> {
        vec![
            param("width", "float", Some("2.5")),
            param("window", "int", Some("11")),
            param("edge", "choice", Some("\"zero\"")),
            param("label", "text", Some("\"\"")),
            param("deep", "bool", Some("true")),
            param("ranges", "list of float", Some("[1.0, 2.0]")),
            param("columns", "list of text", Some("[]")),
        ]
    }

    fn settings(text: &str) -> Result<Settings> {
        Settings::new(&all(), None, &text.parse().unwrap())
    }

    #[test]
    fn defaults_are_passed_and_integers_are_floats() {
        let s = settings("width = 3\ncolumns = [\"EC\", \"T\"]").unwrap();
        assert_eq!(s.0.len(), 7);
        assert_eq!(s.0[0].1, Value::Float(3.0));
        assert_eq!(s.0[1].1, Value::Int(11));
        s.lend(|raw, n| {
            assert_eq!(n, 7);
            // SAFETY: the list and its entries are alive within this closure.
            let (floats, texts) = unsafe { (&**raw.add(5), &**raw.add(6)) };
            assert_eq!((floats.kind, floats.count), (abi::ADIT_PARAM_FLOATS, 2));
            // SAFETY: `count` texts, NUL-terminated.
            let second = unsafe { std::ffi::CStr::from_ptr(*texts.texts.add(1)) };
            assert_eq!((texts.count, second), (2, c"T"));
        });
    }

    #[test]
    fn wrong_values_are_refused_with_the_reason() {
        for (text, word) in [
            ("widht = 3", "did you mean width"),
            ("quite_other = 3", "it has width, window"),
            ("width = \"3\"", "not a float"),
            ("width = nan", "NaN is not a finite number"),
            ("width = inf", "inf is not a finite number"),
            ("width = 1e300", "1e300 nm is outside its range: it must be from 0 to 99 nm"),
            ("width = -1", "-1 nm is outside its range"),
            ("window = 3.0", "3.0 is not an int"),
            ("window = 1e300", "1e300 is not an int"),
            ("window = 100", "from 0 to 99"),
            ("edge = \"two\"", "not one of zero, one"),
            ("deep = 1", "not a bool"),
            ("ranges = [1, 200]", "200"),
            ("ranges = 1.0", "list of float"),
            ("columns = [1]", "list of text"),
            ("label = \"a\\u0000\"", "NUL"),
        ] {
            let e = settings(text).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::Usage, "{text}");
            assert!(e.to_string().contains(word), "{text}: {e}");
        }
    }

    #[test]
    fn open_ends_of_a_range_are_left_out() {
        let (max, int) = (f64::MAX, i64::MAX as f64);
        for (kind, low, high, value, words) in [
            ("float", 0.0, max, "-1.5", "-1.5 nm is outside its range: it must be at least 0 nm"),
            ("float", 1e-12, f64::INFINITY, "0", "at least 1e-12 nm"),
            (
                "float",
                -max,
                10.0,
                "1e299",
                "1e299 nm is outside its range: it must be at most 10 nm",
            ),
            ("list of float", f64::NEG_INFINITY, 10.0, "[11]", "at most 10 nm"),
            ("int", 1.0, int, "0", "at least 1 nm"),
            ("int", -int, 9.0, "10", "at most 9 nm"),
            ("float", -max, max, "-inf", "-inf is not a finite number"),
        ] {
            let p = ParamInfo { range: Some((low, high)), ..param("p", kind, None) };
            let table = format!("p = {value}").parse().unwrap();
            let e = Settings::new(&[p], None, &table).unwrap_err().to_string();
            assert!(e.contains(words) && e.len() < 160, "{e}");
        }
    }

    #[test]
    fn a_required_parameter_must_be_given_unless_the_engine_rules_over_it() {
        let p = [param("components", "int", None)];
        let e = Settings::new(&p, None, &toml::Table::new()).unwrap_err().to_string();
        assert!(e.contains("components must be given") && e.contains("a test"), "{e}");
        assert!(Settings::new(&p, Some("components"), &toml::Table::new()).unwrap().0.is_empty());
    }

    #[test]
    fn bad_defaults_are_noticed() {
        for (kind, text) in [("int", "1.5"), ("float", "100"), ("text", "x"), ("int", "1\nw = 2")] {
            assert!(check_default_of(&param("p", kind, Some(text))).is_err(), "{kind} {text}");
        }
        assert!(all().iter().all(|p| check_default_of(p).is_ok()));
    }
}
