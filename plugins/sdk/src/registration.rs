//! From types to the static tables of the contract.

use std::ffi::{CString, c_char};
use std::ptr;

use adit_abi::{self as abi, AditBundle, AditParam, AditPlugin};

use crate::{Info, Param, ParamKind, Regressor, Transform, glue};

/// One plugin, ready to be exported.
#[derive(Clone, Copy)]
pub struct Registration(&'static AditPlugin);

impl Registration {
    /// A transform.
    pub fn transform<T: Transform>() -> Self {
        let mut plugin = describe(&T::INFO, T::PARAMS, abi::ADIT_KIND_TRANSFORM);
        plugin.transform = glue::Tables::<T>::TRANSFORM;
        plugin.create = Some(glue::transform_create::<T>);
        plugin.destroy = Some(glue::destroy::<T>);
        plugin.instance_flags = Some(glue::transform_flags::<T>);
        plugin.save = Some(glue::transform_save::<T>);
        plugin.load = Some(glue::transform_load::<T>);
        plugin.extension = Some(glue::transform_extension::<T>);
        Registration(Box::leak(Box::new(plugin)))
    }

    /// A regressor.
    pub fn regressor<R: Regressor>() -> Self {
        let mut plugin = describe(&R::INFO, R::PARAMS, abi::ADIT_KIND_REGRESSOR);
        plugin.regressor = glue::RegressorTables::<R>::REGRESSOR;
        plugin.path_param = R::PATH_PARAM.map_or(ptr::null(), text);
        plugin.create = Some(glue::regressor_create::<R>);
        plugin.destroy = Some(glue::destroy::<R>);
        plugin.instance_flags = Some(glue::regressor_flags::<R>);
        plugin.save = Some(glue::regressor_save::<R>);
        plugin.load = Some(glue::regressor_load::<R>);
        plugin.extension = Some(glue::regressor_extension::<R>);
        Registration(Box::leak(Box::new(plugin)))
    }

    /// The table as the host sees it.
    pub fn raw(&self) -> &'static AditPlugin {
        self.0
    }
}

/// A static text of the contract. Registration runs once in the life of a library, so its tables are never freed.
fn text(s: &str) -> *const c_char {
    let clean: String = s.chars().filter(|c| *c != '\0').collect();
    CString::new(clean).unwrap_or_default().into_raw().cast_const()
}

fn list<T>(items: Vec<*const T>) -> *const *const T {
    if items.is_empty() { ptr::null() } else { Box::leak(items.into_boxed_slice()).as_ptr() }
}

fn describe(info: &Info, params: &[Param], kind: u32) -> AditPlugin {
    let raw: Vec<*const AditParam> =
        params.iter().map(|p| ptr::from_ref(Box::leak(Box::new(param(p))))).collect();
    AditPlugin {
        struct_size: size_of::<AditPlugin>() as u32,
        kind,
        flags: info.flags.0,
        state_version: info.state_version,
        id: text(info.id),
        name: text(info.name),
        version: text(info.version),
        summary: text(info.summary),
        reference: text(info.reference),
        vendor: text(info.vendor),
        licence: text(info.licence),
        path_param: ptr::null(),
        param_count: raw.len(),
        params: list(raw),
        create: None,
        destroy: None,
        instance_flags: None,
        save: None,
        load: None,
        extension: None,
        transform: ptr::null(),
        regressor: ptr::null(),
    }
}

fn param(p: &Param) -> AditParam {
    let toml_text = |t: &str| format!("\"{}\"", t.replace('\\', "\\\\").replace('"', "\\\""));
    let (kind, default, min, max, choices): (_, _, _, _, &[&str]) = match p.kind {
        ParamKind::Float { default, min, max } => {
            (abi::ADIT_PARAM_FLOAT, default.map(|v| format!("{v:?}")), min, max, &[])
        }
        ParamKind::Int { default, min, max } => {
            (abi::ADIT_PARAM_INT, default.map(|v| v.to_string()), min as f64, max as f64, &[])
        }
        ParamKind::Bool { default } => {
            (abi::ADIT_PARAM_BOOL, default.map(|v| v.to_string()), 0.0, 1.0, &[])
        }
        ParamKind::Choice { default, choices } => {
            (abi::ADIT_PARAM_CHOICE, default.map(toml_text), 0.0, 0.0, choices)
        }
        ParamKind::Text { default } => {
            (abi::ADIT_PARAM_TEXT, default.map(toml_text), 0.0, 0.0, &[])
        }
        ParamKind::Floats { default, min, max } => {
            (abi::ADIT_PARAM_FLOATS, default.map(|v| format!("{v:?}")), min, max, &[])
        }
        ParamKind::Texts { default } => {
            let join = |v: &[&str]| {
                format!("[{}]", v.iter().map(|t| toml_text(t)).collect::<Vec<_>>().join(", "))
            };
            (abi::ADIT_PARAM_TEXTS, default.map(join), 0.0, 0.0, &[])
        }
    };
    let raw_choices: Vec<*const c_char> = choices.iter().map(|c| text(c)).collect();
    AditParam {
        struct_size: size_of::<AditParam>() as u32,
        kind,
        name: text(p.name),
        unit: text(p.unit),
        help: text(p.help),
        default_toml: default.map_or(ptr::null(), |d| text(&d)),
        min,
        max,
        choice_count: raw_choices.len(),
        choices: list(raw_choices),
    }
}

/// The bundle behind the exported function; made once.
pub struct Bundle(AditBundle);

// SAFETY: the bundle and all it points to are never changed after `new`.
unsafe impl Send for Bundle {}
// SAFETY: as above.
unsafe impl Sync for Bundle {}

impl Bundle {
    /// A bundle of these plugins.
    pub fn new(plugins: Vec<Registration>) -> Self {
        let raw: Vec<*const AditPlugin> = plugins.iter().map(|r| ptr::from_ref(r.0)).collect();
        Bundle(AditBundle {
            magic: abi::ADIT_MAGIC,
            struct_size: size_of::<AditBundle>() as u32,
            abi_minor: abi::ADIT_ABI_MINOR,
            reserved: 0,
            abi_extra: abi::ADIT_ABI_EXTRA.as_ptr().cast(),
            build: text(if cfg!(panic = "unwind") {
                concat!("adit-plugin ", env!("CARGO_PKG_VERSION"), ", panic=unwind")
            } else {
                concat!("adit-plugin ", env!("CARGO_PKG_VERSION"), ", panic=abort")
            }),
            plugin_count: raw.len(),
            plugins: list(raw),
        })
    }
    /// The table as the host sees it.
    pub fn raw(&self) -> &AditBundle {
        &self.0
    }
}

/// Exports plugins from a `cdylib`: `export!(family_a::plugins(), family_b::plugins());`, once per library.
#[macro_export]
macro_rules! export {
    ($($plugins:expr),+ $(,)?) => {
        /// The one exported function of the plugin contract.
        #[allow(unsafe_code)] // The name must be exported as it is; nothing else here is unsafe.
        #[unsafe(no_mangle)]
        pub extern "C" fn adit_plugin_entry_v1() -> *const $crate::abi::AditBundle {
            static BUNDLE: std::sync::OnceLock<$crate::Bundle> = std::sync::OnceLock::new();
            let made = std::panic::catch_unwind(|| {
                BUNDLE.get_or_init(|| {
                    let mut all = Vec::new();
                    $(all.extend($plugins);)+
                    $crate::Bundle::new(all)
                })
            });
            made.map_or(std::ptr::null(), |b| b.raw() as *const _)
        }
    };
}
