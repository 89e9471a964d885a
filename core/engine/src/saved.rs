//! A fitted chain as data: every plugin's state in its envelope.

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::recipe::TargetTransform;
use crate::{Axis, Error, Result};

/// The state of one fitted plugin, wrapped by the host: whose it is, which version wrote it, and its hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedPlugin {
    /// Id of the plugin.
    pub plugin: String,
    /// Version of the plugin that wrote the state.
    pub version: String,
    /// Version of the state's bytes.
    pub state_version: u32,
    /// Parameters as they stood in the recipe, TOML text.
    pub settings: String,
    /// Number of bytes.
    pub length: usize,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// The bytes, base64.
    pub state: String,
}

impl SavedPlugin {
    /// Wraps the bytes of a state.
    pub fn wrap(
        plugin: &str,
        version: &str,
        state_version: u32,
        settings: &toml::Table,
        bytes: &[u8],
    ) -> Self {
        SavedPlugin {
            plugin: plugin.to_owned(),
            version: version.to_owned(),
            state_version,
            settings: settings.to_string(),
            length: bytes.len(),
            sha256: sha256_hex(bytes),
            state: base64::engine::general_purpose::STANDARD.encode(bytes),
        }
    }

    /// The bytes, after checking length and hash.
    ///
    /// # Errors
    /// When the envelope is damaged; names the plugin.
    pub fn unwrap_state(&self) -> Result<Vec<u8>> {
        let damaged = |what: &str| {
            Error::input(
                format!("the saved state of {} is damaged: {what}", self.plugin),
                "take the model file from where it was made, or calibrate again",
            )
        };
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(&self.state)
            .map_err(|_| damaged("it is not base64"))?;
        if bytes.len() != self.length {
            return Err(damaged("its length differs"));
        }
        if sha256_hex(&bytes) != self.sha256 {
            return Err(damaged("its hash differs"));
        }
        Ok(bytes)
    }

    /// The parameters.
    pub fn settings(&self) -> Result<toml::Table> {
        self.settings.parse().map_err(|_| {
            Error::input(format!("the saved parameters of {} are damaged", self.plugin), "")
        })
    }
}

/// A fitted chain as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedChain {
    /// Name of the analyte.
    pub analyte: String,
    /// Its unit.
    pub unit: String,
    /// The axis of the input.
    pub input: Axis,
    /// The steps, in order.
    pub steps: Vec<SavedPlugin>,
    /// The regressor.
    pub regressor: SavedPlugin,
    /// Components selected.
    pub components: usize,
    /// Number of targets of the regressor.
    pub targets: usize,
    /// Which of its targets is this analyte.
    pub column: usize,
    /// Transform of the target.
    pub target: TargetTransform,
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_is_noticed() {
        let mut s = SavedPlugin::wrap("p", "1.0.0", 1, &toml::Table::new(), b"state");
        assert_eq!(s.unwrap_state().unwrap(), b"state");
        s.state = base64::engine::general_purpose::STANDARD.encode(b"stale");
        assert!(s.unwrap_state().unwrap_err().to_string().contains("hash"));
    }
}
