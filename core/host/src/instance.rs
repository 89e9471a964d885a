//! One instance of a plugin: made, called, destroyed once.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use adit_abi::{self as abi, AditCall};
use adit_engine::plugin::Flags;
use adit_engine::{Error, ErrorKind, Op, Result};

use crate::call::{self, Expects, Received};
use crate::descriptor::{Descriptor, Functions};
use crate::settings::Settings;

/// An instance, whatever its kind.
pub(crate) struct Instance {
    id: String,
    functions: Functions,
    raw: NonNull<c_void>,
    flags: Flags,
    state_version: u32,
    /// What a panic in the plugin said: nothing but destroy is called then. A call beside the one that panicked may be the first to
    /// be heard of, so it says it too.
    poisoned: OnceLock<String>,
    stop: Arc<AtomicBool>,
}

// SAFETY: by the contract an instance may move between threads; `&mut self` calls are the `[exclusive]` ones.
unsafe impl Send for Instance {}
// SAFETY: by the contract every call made through `&self` is `[shared]`.
unsafe impl Sync for Instance {}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: made by `create` of the same plugin and destroyed here alone; no call is running.
        unsafe { (self.functions.destroy)(self.raw.as_ptr()) };
    }
}

impl Instance {
    /// Makes an instance with the parameters of a recipe.
    pub(crate) fn create(
        descriptor: &Descriptor,
        settings: &toml::Table,
        stop: &Arc<AtomicBool>,
    ) -> Result<Instance> {
        let (info, functions) = (&descriptor.info, descriptor.functions);
        let settings = Settings::new(&info.params, info.path_param.as_deref(), settings)?;
        let mut raw = ptr::null_mut();
        let (code, received) = call::lend(Expects::Nothing, stop, |call| {
            settings.lend(|values, count| {
                // SAFETY: call, values and the place for the instance are alive until the call returns.
                unsafe { (functions.create)(call, values, count, &mut raw) }
            })
        });
        if code != abi::ADIT_OK {
            return Err(failure(&info.id, code, &received, true));
        }
        let Some(raw) = NonNull::new(raw) else {
            return Err(broken(&info.id, "it made no instance and reported no error"));
        };
        let mut made = Instance {
            id: info.id.clone(),
            functions,
            raw,
            flags: info.flags,
            state_version: info.state_version,
            poisoned: OnceLock::new(),
            stop: Arc::clone(stop),
        };
        // SAFETY: the instance was just made.
        made.flags = Flags(unsafe { (functions.instance_flags)(raw.as_ptr()) });
        let may = info.flags.0 | abi::ADIT_FLAG_ROW_LOCAL | abi::ADIT_FLAG_DETERMINISTIC;
        if made.flags.0 & !may != 0 {
            let more = Flags(made.flags.0 & !may).names().join(", ");
            return Err(broken(
                &made.id,
                &format!("an instance is {more}, which the plugin does not declare"),
            ));
        }
        Ok(made)
    }

    /// Id of the plugin.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What the instance does with its parameters.
    pub(crate) fn flags(&self) -> Flags {
        self.flags
    }

    /// Makes a call that may run beside others. `f` gets the instance and the call.
    pub(crate) fn shared(
        &self,
        expects: Expects,
        f: impl FnOnce(*const c_void, *const AditCall) -> i32,
    ) -> Result<Received> {
        self.run(expects, |raw, call| f(raw.cast_const(), call))
    }

    /// Makes a call that runs alone. `f` gets the instance and the call.
    pub(crate) fn exclusive(
        &mut self,
        f: impl FnOnce(*mut c_void, *const AditCall) -> i32,
    ) -> Result<()> {
        self.run(Expects::Nothing, f).map(drop)
    }

    fn run(
        &self,
        expects: Expects,
        f: impl FnOnce(*mut c_void, *const AditCall) -> i32,
    ) -> Result<Received> {
        if let Some(said) = self.poisoned.get() {
            return Err(broken(&self.id, &format!("a former call panicked ({said})")));
        }
        let (code, received) = call::lend(expects, &self.stop, |call| f(self.raw.as_ptr(), call));
        if code == abi::ADIT_ERR_PANIC {
            let _ = self.poisoned.set(received.texts.join("; "));
        }
        match &received.refused {
            Some(why) => Err(broken(&self.id, why)),
            None if code != abi::ADIT_OK => Err(failure(&self.id, code, &received, false)),
            None => Ok(received),
        }
    }

    /// The fitted state.
    pub(crate) fn save(&self) -> Result<Vec<u8>> {
        let save = self.functions.save;
        // SAFETY: instance and call are alive until the call returns.
        self.shared(Expects::Bytes, |this, call| unsafe { save(this, call) }).map(|r| r.bytes)
    }

    /// Takes a state that `save` of `state_version` wrote.
    pub(crate) fn load(&mut self, bytes: &[u8], state_version: u32) -> Result<()> {
        if state_version > self.state_version {
            return Err(Error::plugin(
                format!(
                    "the state was written as version {state_version}, and {} reads up to {}",
                    self.id, self.state_version
                ),
                "use the version of the plugin that wrote it, or a newer one",
            ));
        }
        let load = self.functions.load;
        // SAFETY: instance, call and bytes are alive until the call returns, and no other call runs.
        self.exclusive(|this, call| unsafe {
            load(this, call, bytes.as_ptr(), bytes.len(), state_version)
        })
    }

    /// The fitted instance in lowered ops.
    pub(crate) fn lower(&self) -> Result<Vec<Op>> {
        let lower = self.functions.lower.ok_or_else(|| {
            Error::usage(
                format!("{} has no lowered form (adit.lower/1)", self.id),
                "take a recipe without it where the model is to be exported",
            )
        })?;
        // SAFETY: instance and call are alive until the call returns.
        self.shared(Expects::Ops, |this, call| unsafe { lower(this, call) }).map(|r| r.ops)
    }
}

/// The plugin broke its contract.
pub(crate) fn broken(id: &str, what: &str) -> Error {
    Error::plugin(
        format!("the plugin {id} broke its contract: {what}"),
        "report this to who made the plugin",
    )
}

/// A status code and the reported texts as an error.
fn failure(id: &str, code: i32, received: &Received, creating: bool) -> Error {
    // A plugin that fails and reports its text with the code of success has said why all the same.
    let texts = if received.texts.is_empty() { &received.remarks } else { &received.texts };
    let said = texts.iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>();
    let text =
        |otherwise: &str| if said.is_empty() { otherwise.to_owned() } else { said.join("; ") };
    let (kind, what, hint) = match code {
        abi::ADIT_ERR_ARG if creating => {
            (ErrorKind::Usage, text("a parameter is not acceptable"), "change the recipe")
        }
        abi::ADIT_ERR_ARG => (ErrorKind::Input, text("the data do not suit it"), ""),
        abi::ADIT_ERR_SHAPE => (ErrorKind::Input, text("the shape of the data does not fit"), ""),
        abi::ADIT_ERR_STATE_BYTES => (
            ErrorKind::Input,
            format!("the saved state is damaged: {}", text("the plugin does not know it")),
            "take the model file from where it was made, or calibrate again",
        ),
        abi::ADIT_ERR_NUMERIC => {
            (ErrorKind::Numeric, text("the numbers do not allow it (rank, constant data)"), "")
        }
        abi::ADIT_ERR_UNSUPPORTED => (ErrorKind::Usage, text("the plugin cannot do this"), ""),
        abi::ADIT_ERR_CANCELLED => (ErrorKind::Plugin, text("stopped on request"), ""),
        abi::ADIT_ERR_PANIC => (
            ErrorKind::Plugin,
            format!("the plugin {id} failed: {}", text("it panicked")),
            "report this to who made the plugin, with the input that caused it",
        ),
        abi::ADIT_ERR_STATE | abi::ADIT_ERR_INTERNAL => (
            ErrorKind::Plugin,
            format!("the plugin {id} failed: {}", text("it gave no reason")),
            "report this to who made the plugin, with the input that caused it",
        ),
        other => {
            return broken(id, &format!("it returned the unknown status {other}: {}", text("-")));
        }
    };
    Error::new(kind, what, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_code_says_who_has_to_act() {
        let (silent, mut spoken) = (Received::default(), Received::default());
        spoken.texts.push("window 12 is even".into());
        for (code, creating, kind) in [
            (abi::ADIT_ERR_ARG, true, ErrorKind::Usage),
            (abi::ADIT_ERR_ARG, false, ErrorKind::Input),
            (abi::ADIT_ERR_SHAPE, false, ErrorKind::Input),
            (abi::ADIT_ERR_STATE, false, ErrorKind::Plugin),
            (abi::ADIT_ERR_STATE_BYTES, false, ErrorKind::Input),
            (abi::ADIT_ERR_NUMERIC, false, ErrorKind::Numeric),
            (abi::ADIT_ERR_UNSUPPORTED, false, ErrorKind::Usage),
            (abi::ADIT_ERR_CANCELLED, false, ErrorKind::Plugin),
            (abi::ADIT_ERR_PANIC, false, ErrorKind::Plugin),
            (abi::ADIT_ERR_INTERNAL, false, ErrorKind::Plugin),
            (-7, false, ErrorKind::Plugin),
        ] {
            let e = failure("a.b", code, &spoken, creating);
            assert_eq!(e.kind(), kind, "{code}");
            assert!(e.to_string().contains("window 12 is even"), "{e}");
            assert!(failure("a.b", code, &silent, creating).what().len() > 10);
        }
    }
}
