//! One file a verb.

pub(crate) mod calibrate;
pub(crate) mod demo;
pub(crate) mod evaluate;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod plugin;
pub(crate) mod predict;
pub(crate) mod report;
pub(crate) mod search;
