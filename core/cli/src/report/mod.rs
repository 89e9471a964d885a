//! The report of a model as one HTML page that needs nothing else: no script, no font, no link. In Japanese or English.
//!
//! [`render`] turns [`data::ReportData`] into the page. It knows nothing of models or plugins, reads no clock, and gives the same
//! bytes for the same data.

mod analyte;
mod canvas;
pub(crate) mod data;
mod interval_width;
mod limits_of_use;
mod new_samples;
mod number;
mod page;
mod phrases;
mod plot_coefficients;
mod plot_input;
mod plot_new_samples;
mod plot_predicted;
mod plot_rmsecv;
mod plot_spectra;
mod plot_t2q;
mod prepare;
mod record;
#[cfg(test)]
mod sample;
mod scale;
mod search;
mod summary;
mod svg;
#[cfg(test)]
mod tests;
mod texts;
mod texts_en;
mod texts_ja;

pub(crate) use page::render;
pub(crate) use texts::Lang;
