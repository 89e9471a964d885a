//! One plugin of a library: what it says of itself and its functions, all checked.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_void};

use adit_abi::ext::{
    ADIT_EXT_CROSS_VALIDATE, ADIT_EXT_DIAGNOSE, ADIT_EXT_LOWER, AditCrossValidate,
    AditCrossValidation, AditDiagnose, AditLower,
};
use adit_abi::{
    self as abi, AditAxis, AditCall, AditMatrix, AditMatrixMut, AditParam, AditPlugin,
    AditRegressor, AditTransform, AditValue,
};
use adit_engine::plugin::{Flags, Kind, Library, ParamInfo, PluginInfo};

use crate::raw::{self, Fault};
use crate::settings::{self, KINDS};

/// `int32_t f(const void *self, const AditCall *call)`: save, output, lower.
pub(crate) type SharedFn = unsafe extern "C" fn(*const c_void, *const AditCall) -> i32;
/// `create`.
pub(crate) type CreateFn =
    unsafe extern "C" fn(*const AditCall, *const *const AditValue, usize, *mut *mut c_void) -> i32;
/// `load`.
pub(crate) type LoadFn =
    unsafe extern "C" fn(*mut c_void, *const AditCall, *const u8, usize, u32) -> i32;
/// From one matrix to another: scores, reconstruct.
pub(crate) type MapFn = unsafe extern "C" fn(
    *const c_void,
    *const AditCall,
    *const AditMatrix,
    *const AditMatrixMut,
) -> i32;
/// `run` of a cross-validation.
pub(crate) type CrossValidateFn =
    unsafe extern "C" fn(*const c_void, *const AditCall, *const AditCrossValidation) -> i32;

/// The functions of a transform.
#[derive(Clone, Copy)]
pub(crate) struct TransformFns {
    pub(crate) fit: unsafe extern "C" fn(
        *mut c_void,
        *const AditCall,
        *const AditAxis,
        *const AditMatrix,
        *const AditMatrix,
        *const f64,
    ) -> i32,
    pub(crate) output: SharedFn,
    pub(crate) apply: unsafe extern "C" fn(
        *const c_void,
        *const AditCall,
        *const AditMatrix,
        *const AditMatrixMut,
        *mut u8,
    ) -> i32,
}

/// The functions of a regressor.
#[derive(Clone, Copy)]
pub(crate) struct RegressorFns {
    pub(crate) fit: unsafe extern "C" fn(
        *mut c_void,
        *const AditCall,
        *const AditAxis,
        *const AditMatrix,
        *const AditMatrix,
        *const f64,
        u32,
        *mut u32,
    ) -> i32,
    pub(crate) predict: unsafe extern "C" fn(
        *const c_void,
        *const AditCall,
        *const AditMatrix,
        u32,
        u32,
        *const AditMatrixMut,
        *mut u8,
    ) -> i32,
    pub(crate) select: unsafe extern "C" fn(*mut c_void, *const AditCall, u32) -> i32,
    pub(crate) diagnose: Option<DiagnoseFns>,
    pub(crate) cross_validate: Option<CrossValidateFn>,
}

/// The functions of `adit.diagnose/1`.
#[derive(Clone, Copy)]
pub(crate) struct DiagnoseFns {
    pub(crate) score_count: unsafe extern "C" fn(*const c_void) -> u32,
    pub(crate) scores: MapFn,
    pub(crate) reconstruct: MapFn,
}

/// The functions of a plugin's kind.
#[derive(Clone, Copy)]
pub(crate) enum KindFns {
    Transform(TransformFns),
    Regressor(RegressorFns),
}

/// The functions of a plugin.
#[derive(Clone, Copy)]
pub(crate) struct Functions {
    pub(crate) create: CreateFn,
    pub(crate) destroy: unsafe extern "C" fn(*mut c_void),
    pub(crate) instance_flags: unsafe extern "C" fn(*const c_void) -> u32,
    pub(crate) save: SharedFn,
    pub(crate) load: LoadFn,
    pub(crate) lower: Option<SharedFn>,
    pub(crate) of_kind: KindFns,
}

/// One plugin of a library.
pub(crate) struct Descriptor {
    pub(crate) info: PluginInfo,
    pub(crate) functions: Functions,
}

impl Descriptor {
    /// Reads and checks what a library says of one of its plugins.
    ///
    /// # Safety
    /// `plugin` must be null or keep the contract's promises about its pointers.
    pub(crate) unsafe fn read(plugin: *const AditPlugin, library: &Library) -> Result<Self, Fault> {
        // SAFETY: by the caller's promise here and in the calls below; all pointers of a plugin are static.
        unsafe {
            let p = raw::sized(plugin, "AditPlugin")?;
            let id = raw::text(p.id, "the id of a plugin")?;
            let within = |e: Fault| format!("plugin {id:?}: {e}");
            check_id(&id).map_err(within)?;
            let info = info(p, &id, library).map_err(within)?;
            let functions = functions(p, info.kind).map_err(within)?;
            Ok(Descriptor { info, functions })
        }
    }
}

/// Lower-case letters, digits and `-`, in parts with dots between.
fn check_id(id: &str) -> Result<(), Fault> {
    let part = |p: &str| {
        !p.is_empty()
            && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if id.contains('.') && id.split('.').all(part) {
        return Ok(());
    }
    Err("an id is lower-case letters, digits and \"-\", in parts with dots between".to_owned())
}

/// # Safety
/// The pointers of `p` keep the contract's promises.
unsafe fn info(p: &AditPlugin, id: &str, library: &Library) -> Result<PluginInfo, Fault> {
    let kind = match p.kind {
        abi::ADIT_KIND_TRANSFORM => Kind::Transform,
        abi::ADIT_KIND_REGRESSOR => Kind::Regressor,
        other => {
            return Err(format!(
                "its kind is {other}; this adit takes {} (transform) and {} (regressor)",
                abi::ADIT_KIND_TRANSFORM,
                abi::ADIT_KIND_REGRESSOR
            ));
        }
    };
    // SAFETY: promised by the caller.
    unsafe {
        let raw_params = raw::pointers(p.params, p.param_count, "params")?;
        let params = raw_params.into_iter().map(|q| param(q)).collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<&str> = params.iter().map(|q| q.name.as_str()).collect();
        if names.len() < params.len() {
            return Err("two parameters have one name".to_owned());
        }
        let path_param = raw::optional_text(p.path_param, "path_param")?;
        if let Some(path) = &path_param
            && !params.iter().any(|q| q.name == *path && q.kind == "int" && q.default.is_some())
        {
            return Err(format!("path_param {path} is not an int parameter with a default"));
        }
        let version = raw::text(p.version, "version")?;
        let digit = |v: &&str| v.starts_with(|c: char| c.is_ascii_digit());
        if version.split('.').take(3).filter(digit).count() < 3 {
            return Err(format!("version {version:?} is not a semantic version"));
        }
        Ok(PluginInfo {
            id: id.to_owned(),
            name: raw::text(p.name, "name")?,
            version,
            kind,
            flags: Flags(p.flags),
            state_version: p.state_version,
            summary: raw::text(p.summary, "summary")?,
            reference: raw::text(p.reference, "reference")?,
            vendor: raw::text(p.vendor, "vendor")?,
            licence: raw::text(p.licence, "licence")?,
            path_param,
            params,
            library: library.clone(),
        })
    }
}

/// # Safety
/// `p` keeps the contract's promises.
unsafe fn param(p: *const AditParam) -> Result<ParamInfo, Fault> {
    // SAFETY: promised by the caller.
    unsafe {
        let p = raw::sized(p, "AditParam")?;
        let name = raw::text(p.name, "the name of a parameter")?;
        let within = |e: Fault| format!("parameter {name:?}: {e}");
        if name.is_empty() {
            return Err(within("the name is empty".to_owned()));
        }
        let kind = KINDS
            .iter()
            .find(|(number, _)| *number == p.kind)
            .ok_or_else(|| {
                within(format!("its kind is {}, which this adit does not know", p.kind))
            })?
            .1;
        let numeric =
            matches!(p.kind, abi::ADIT_PARAM_FLOAT | abi::ADIT_PARAM_INT | abi::ADIT_PARAM_FLOATS);
        if numeric && (p.min.is_nan() || p.max.is_nan() || p.min > p.max) {
            return Err(within(format!("its range is {} to {}", p.min, p.max)));
        }
        let choices = raw::pointers(p.choices, p.choice_count, "choices")
            .map_err(within)?
            .into_iter()
            .map(|c| raw::text(c, "a choice"))
            .collect::<Result<Vec<_>, _>>()
            .map_err(within)?;
        let info = ParamInfo {
            kind: kind.to_owned(),
            unit: raw::text(p.unit, "unit").map_err(within)?,
            help: raw::text(p.help, "help").map_err(within)?,
            default: raw::optional_text(p.default_toml, "default_toml").map_err(within)?,
            range: numeric.then_some((p.min, p.max)),
            choices,
            name: name.clone(),
        };
        settings::check_default_of(&info).map_err(|e| within(format!("its default: {e}")))?;
        Ok(info)
    }
}

fn given<F>(f: Option<F>, name: &str) -> Result<F, Fault> {
    f.ok_or_else(|| format!("the function {name} is null"))
}

/// # Safety
/// The pointers of `p` keep the contract's promises.
unsafe fn functions(p: &AditPlugin, kind: Kind) -> Result<Functions, Fault> {
    // SAFETY: promised by the caller.
    unsafe {
        let of_kind = match kind {
            Kind::Regressor => KindFns::Regressor(regressor(p)?),
            _ => {
                let t: &AditTransform = raw::sized(p.transform, "AditTransform")?;
                KindFns::Transform(TransformFns {
                    fit: given(t.fit, "fit")?,
                    output: given(t.output, "output")?,
                    apply: given(t.apply, "apply")?,
                })
            }
        };
        let lower: Option<&AditLower> = extension(p, ADIT_EXT_LOWER, "AditLower")?;
        Ok(Functions {
            create: given(p.create, "create")?,
            destroy: given(p.destroy, "destroy")?,
            instance_flags: given(p.instance_flags, "instance_flags")?,
            save: given(p.save, "save")?,
            load: given(p.load, "load")?,
            lower: lower.map(|l| given(l.lower, "lower")).transpose()?,
            of_kind,
        })
    }
}

/// # Safety
/// The pointers of `p` keep the contract's promises.
unsafe fn regressor(p: &AditPlugin) -> Result<RegressorFns, Fault> {
    // SAFETY: promised by the caller.
    unsafe {
        let r: &AditRegressor = raw::sized(p.regressor, "AditRegressor")?;
        let diagnose: Option<&AditDiagnose> = extension(p, ADIT_EXT_DIAGNOSE, "AditDiagnose")?;
        let diagnose = diagnose.map(|d| {
            Ok::<_, Fault>(DiagnoseFns {
                score_count: given(d.score_count, "score_count")?,
                scores: given(d.scores, "scores")?,
                reconstruct: given(d.reconstruct, "reconstruct")?,
            })
        });
        let fast: Option<&AditCrossValidate> =
            extension(p, ADIT_EXT_CROSS_VALIDATE, "AditCrossValidate")?;
        Ok(RegressorFns {
            fit: given(r.fit, "fit")?,
            predict: given(r.predict, "predict")?,
            select: given(r.select, "select")?,
            diagnose: diagnose.transpose()?,
            cross_validate: fast.map(|f| given(f.run, "run")).transpose()?,
        })
    }
}

/// # Safety
/// `p` keeps the contract's promises; `T` is the struct of the extension `id`.
unsafe fn extension<T>(p: &AditPlugin, id: &[u8], name: &str) -> Result<Option<&'static T>, Fault> {
    let Some(ask) = p.extension else { return Ok(None) };
    let id = CStr::from_bytes_with_nul(id).map_err(|_| format!("{name} has no id"))?;
    // SAFETY: `id` is NUL-terminated; the answer is null or a static struct of that extension.
    unsafe {
        let answer = ask(id.as_ptr());
        if answer.is_null() { Ok(None) } else { raw::sized(answer.cast(), name).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_with_dots() {
        for good in ["adit.pls", "example.c.mean-divide", "x.y2"] {
            assert!(check_id(good).is_ok(), "{good}");
        }
        for bad in ["", "pls", "Adit.pls", "adit..pls", "adit.pls.", "adit.p ls", "adit.påls"] {
            assert!(check_id(bad).is_err(), "{bad}");
        }
    }
}
