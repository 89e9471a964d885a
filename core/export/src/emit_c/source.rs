//! The source file: guards, tables, loops, one function a section, the entry, the self-test.

use adit_engine::Axis;

use super::text::{Tables, identifier, plain};
use super::{header, helpers, section, selftest};
use crate::program::Program;
use crate::{Bound, ExportInput};

/// What the text is made of.
pub(crate) struct CText<'a> {
    pub(crate) input: &'a ExportInput<'a>,
    pub(crate) axis: &'a Axis,
    pub(crate) program: &'a Program,
    pub(crate) bounds: &'a [Bound],
    pub(crate) golden: &'a [Golden<'a>],
}

/// A row with the values that the node's runtime gives.
pub(crate) struct Golden<'a> {
    pub(crate) input: &'a [f32],
    pub(crate) values: &'a [f32],
}

/// The pair.
pub(crate) struct Emitted {
    pub(crate) stem: String,
    pub(crate) source: String,
    pub(crate) header: String,
    pub(crate) table_bytes: usize,
}

/// Writes the pair.
pub(crate) fn emit(c: &CText<'_>) -> Emitted {
    let stem = identifier(c.input.name);
    let up = stem.to_uppercase();
    let mut tables = Tables::default();
    let (mut functions, mut calls, mut first) = (String::new(), String::new(), 0);
    for (i, s) in c.program.sections.iter().enumerate() {
        let body = section::section(s, c.program.n_in, i, &stem, &mut tables);
        let names: Vec<_> = s.outputs.iter().map(|o| plain(&o.name)).collect();
        let unused = if s.capacity == 0 { "    (void)scratch;\n" } else { "" };
        functions += &format!(
            "/* {} */\nstatic uint8_t section_{i}(const float *x, float *scratch, float *y)\n{{\n{unused}{body}}}\n\n",
            names.join(", ")
        );
        calls += &format!(
            "    refused += settle(section_{i}(x, scratch, y + {first}), y + {first}, status + {first}, {}u);\n",
            s.outputs.len()
        );
        first += s.outputs.len();
    }
    let settle = format!(
        "/* Gives every output of a section its status, and NaN to the refused. */
static int settle(uint8_t code, float *y, uint8_t *status, uint32_t n)
{{
    int refused = 0;
    uint32_t k;
    for (k = 0; k < n; k++) {{
        status[k] = code;
        if (code == {up}_ESTIMATE && !is_finite(y + k, 1u)) status[k] = {up}_REFUSED_RANGE;
        if (status[k] != {up}_ESTIMATE) {{
            y[k] = NAN;
            refused++;
        }}
    }}
    return refused;
}}
"
    );
    let entry = format!(
        "int {stem}_predict(const float *x, float *scratch, float *y, uint8_t *status)\n{{\n    int refused = 0;\n{calls}    return refused;\n}}\n"
    );
    let code = format!("{functions}{settle}\n{entry}");
    let source = format!(
        "/* {stem}.c: see {stem}.h. Written by adit {}; every constant is exact in nine digits. */
#include \"{stem}.h\"

#include <math.h>

#ifdef __FAST_MATH__
#error \"-ffast-math changes the results: compile without it\"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

{}\n{}{code}\n{}",
        env!("CARGO_PKG_VERSION"),
        tables.text,
        helpers::needed(&code),
        selftest::selftest(c, &stem),
    );
    Emitted { header: header::header(c, &stem), source, stem, table_bytes: tables.bytes }
}
