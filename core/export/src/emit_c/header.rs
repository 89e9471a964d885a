//! The header: what goes in, what comes out, how far it may be off.

use adit_engine::{Axis, unit};

use super::source::CText;
use super::text::{plain, wrapped};

pub(super) fn header(c: &CText<'_>, stem: &str) -> String {
    let up = stem.to_uppercase();
    let outputs: Vec<_> = c.program.outputs().collect();
    let names: String =
        c.bounds.iter().enumerate().map(|(k, b)| format!(" *   {}\n", output_line(k, b))).collect();
    let left_out: String = c
        .input
        .left_out
        .iter()
        .map(|(name, why)| format!(" *   not in this model: {} ({})\n", plain(name), plain(why)))
        .collect();
    let constants: String = c
        .bounds
        .iter()
        .enumerate()
        .map(|(k, b)| {
            format!("    {up}_OUTPUT_{k} = {k}, /* {} [{}] */\n", plain(&b.name), plain(&b.unit))
        })
        .collect();
    let libm = if c.program.needs_libm() { " -lm" } else { "" };
    format!(
        "/* {stem}.h: model \"{name}\" of the mine \"{mine}\", written by adit {version}.
 *
 * Inputs: {n} floats in this order, {axis}
 *
 * Outputs and their largest difference from the f64 model, measured on {rows} calibration rows rounded to float:
{names}{left_out} *
 * No allocation, no globals, no C library calls{calls}. Self-test, compiler check:
 *   gcc -O2 -Wall -Wextra -Werror -std=c99 -ffp-contract=off -DADIT_SELFTEST {stem}.c -o selftest{libm} && ./selftest
 * Contraction to fused multiply-add must stay off (clang reads the pragma in the file), and -ffast-math is refused.
 */
#ifndef {up}_H
#define {up}_H

#include <stdint.h>

#ifdef __cplusplus
extern \"C\" {{
#endif

enum {{
    {up}_INPUTS = {n},
    {up}_OUTPUTS = {m},
    {up}_SCRATCH = {scratch} /* floats of working memory, at least one */
}};

/* Index of each output. */
enum {{
{constants}    {up}_OUTPUT_END
}};

/* What became of an output; a refused one has the value NaN. */
enum {{
    {up}_ESTIMATE = 0,
    {up}_REFUSED_INPUT = 1, /* a value that the model reads is NaN or infinite */
    {up}_REFUSED_FLOOR = 2, /* a divisor or the argument of a logarithm is not above its floor */
    {up}_REFUSED_RANGE = 3  /* the result is not a finite float */
}};

/* First 16 bytes of the SHA-256 of the model file. */
#define {up}_PROVENANCE \"{provenance}\"

/* x: {up}_INPUTS floats. scratch: {up}_SCRATCH floats, any content. y and status: {up}_OUTPUTS each.
 * The buffers must not overlap. Returns how many outputs were refused; 0 means that all are estimates. */
int {stem}_predict(const float *x, float *scratch, float *y, uint8_t *status);

#ifdef __cplusplus
}}
#endif

#endif
",
        name = plain(c.input.name),
        mine = plain(c.input.mine),
        version = env!("CARGO_PKG_VERSION"),
        n = c.program.n_in,
        m = outputs.len(),
        axis = axis_text(c.axis),
        rows = c.input.rows.rows(),
        calls = if c.program.needs_libm() { " but those of math.h" } else { "" },
        scratch = c.program.scratch_len().max(1),
        provenance = c.input.provenance.iter().map(|b| format!("{b:02x}")).collect::<String>(),
    )
}

/// `0: Zn (total) [mg/L], 1.2e-6 mg/L (3.4e-6 of RMSECV)`.
pub(super) fn output_line(k: usize, b: &crate::Bound) -> String {
    let unit = if b.log10 { "in log10" } else { b.unit.as_str() };
    format!(
        "{k}: {} [{}], {:.2e} {} ({:.2e} of RMSECV)",
        plain(&b.name),
        plain(&b.unit),
        b.error,
        plain(unit),
        b.of_rmsecv
    )
}

fn axis_text(axis: &Axis) -> String {
    match axis {
        Axis::Positions { unit: u, values } => {
            let values: Vec<String> = values.iter().map(f64::to_string).collect();
            let lines = wrapped(&values).replace("    ", " *   ");
            format!(
                "at these positions in {}:\n{}",
                unit::text(*u),
                lines.trim_end().trim_end_matches(',')
            )
        }
        Axis::Named(channels) => {
            let lines: Vec<String> = (0..channels.len())
                .map(|j| format!(" *   {j}: {}", plain(&axis.label(j))))
                .collect();
            format!("each in its unit:\n{}", lines.join("\n"))
        }
    }
}
