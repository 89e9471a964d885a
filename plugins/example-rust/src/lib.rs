//! A plugin library for adit outside its workspace: one file per method, and one line that exports them.

mod ratio;

adit_plugin::export!([adit_plugin::Registration::transform::<ratio::Ratio>()]);
