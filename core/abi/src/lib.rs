//! The plugin contract of adit, version 1: a plain C ABI.
//!
//! A plugin library exports one function, `adit_plugin_entry_v1`, that returns a static [`AditBundle`].
//! Everything else hangs from it. `include/adit_plugin.h` is generated from this crate; the two never differ.
//!
//! # Rules that hold everywhere
//! - **Owner.** Whoever allocates frees. Every pointer argument is borrowed until the call returns, unless its comment says
//!   "static". Numbers leave a plugin only through buffers that the host owns or through the functions of [`AditCall`].
//! - **Thread.** `[exclusive]`: the host makes no other call on this instance meanwhile. `[shared]`: may run on several threads
//!   at once, the instance is not changed. A plugin starts no threads; it may ask for them by `AditCall::parallel_for`.
//! - **State.** `[created]`, `[fitted]`: the call is allowed in that state only; otherwise `ADIT_ERR_STATE`, nothing changed.
//! - **Purity.** No globals, clock, file, environment or network: the same input gives the same bytes.
//! - **Errors.** Functions return a status code; the text goes to `AditCall::report` before they return. No panic, exception or
//!   signal crosses the boundary.
//! - **Growth.** Fields are only ever appended; `struct_size` says how far a struct reaches. Variable-length arrays of structs are
//!   arrays of pointers, so that a struct may grow. Optional abilities are asked for by string id.
//!
//! # What does this crate not do?
//! It allocates nothing, checks nothing and contains no algorithm: the safe sides are `adit-plugin` (plugin) and `adit-host`.
#![no_std]

mod bundle;
mod call;
mod data;
pub mod ext;
pub mod op;
pub mod unit;

pub use bundle::*;
pub use call::*;
pub use data::*;
