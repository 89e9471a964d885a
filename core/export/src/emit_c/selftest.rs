//! The self-test: golden rows in, bits out and compared. No stdio of its own is needed on bare metal.

use super::header::output_line;
use super::source::CText;
use super::text::{any_float, plain, wrapped};

pub(super) fn selftest(c: &CText<'_>, stem: &str) -> String {
    let up = stem.to_uppercase();
    let inputs: Vec<String> =
        c.golden.iter().flat_map(|g| g.input).map(|v| any_float(*v)).collect();
    let bits: Vec<String> =
        c.golden.iter().flat_map(|g| g.values).map(|v| format!("0x{:08x}u", v.to_bits())).collect();
    let names: Vec<String> =
        c.program.outputs().map(|o| format!("    \"{}\",\n", plain(&o.name))).collect();
    let bounds: String = c
        .bounds
        .iter()
        .enumerate()
        .map(|(k, b)| format!("    say(\"bound {}\\n\");\n", output_line(k, b)))
        .collect();
    let rows = c.golden.len();
    // The last bit of a power depends on the C library.
    let rule = if c.program.needs_libm() {
        "static int same(uint32_t got, uint32_t want)
{
    union { uint32_t u; float f; } a, b;
    float d;
    a.u = got;
    b.u = want;
    d = a.f - b.f;
    return (d < 0.0f ? -d : d) <= 1e-6f * (b.f < 0.0f ? -b.f : b.f);
}"
    } else {
        "static int same(uint32_t got, uint32_t want)
{
    return got == want;
}"
    };
    format!(
        "#ifdef ADIT_SELFTEST

/* On bare metal define ADIT_SELFTEST_PUTS as the name of a function that takes a text. */
#ifdef ADIT_SELFTEST_PUTS
void ADIT_SELFTEST_PUTS(const char *text);
#define say ADIT_SELFTEST_PUTS
#else
#include <stdio.h>
static void say(const char *text) {{ fputs(text, stdout); }}
#endif

static const float golden_x[{rows} * {up}_INPUTS] = {{
{inputs}}};
static const uint32_t golden_y[{rows} * {up}_OUTPUTS] = {{
{bits}}};
static const char *const golden_name[{up}_OUTPUTS] = {{
{names}}};
static float test_scratch[{up}_SCRATCH];
static float test_x[{up}_INPUTS];

static void say_hex(uint32_t v)
{{
    char text[9];
    int i;
    for (i = 0; i < 8; i++) {{
        text[i] = \"0123456789abcdef\"[(v >> (28 - 4 * i)) & 15u];
    }}
    text[8] = 0;
    say(text);
}}

{rule}

/* One line an output: name, bits of the result, bits expected. Gives how many differ. */
static int golden_row(uint32_t row)
{{
    union {{ float f; uint32_t u; }} bits;
    float y[{up}_OUTPUTS];
    uint8_t status[{up}_OUTPUTS];
    int k, wrong = {stem}_predict(golden_x + row * {up}_INPUTS, test_scratch, y, status);
    for (k = 0; k < {up}_OUTPUTS; k++) {{
        uint32_t want = golden_y[row * {up}_OUTPUTS + (uint32_t)k];
        bits.f = y[k];
        say(golden_name[k]);
        say(\" \");
        say_hex(bits.u);
        say(\" \");
        say_hex(want);
        say(bits.u == want ? \" same\\n\" : same(bits.u, want) ? \" within 1e-6\\n\" : \" DIFFERENT\\n\");
        wrong += !same(bits.u, want);
    }}
    return wrong;
}}

/* A row that is not a number must be refused. */
static int refuses_nan(void)
{{
    float y[{up}_OUTPUTS];
    uint8_t status[{up}_OUTPUTS];
    int i;
    for (i = 0; i < {up}_INPUTS; i++) test_x[i] = NAN;
    return {stem}_predict(test_x, test_scratch, y, status) == {up}_OUTPUTS && status[0] == {up}_REFUSED_INPUT;
}}

int main(void)
{{
    int wrong = 0;
    uint32_t row;
    for (row = 0; row < {rows}u; row++) wrong += golden_row(row);
{bounds}    if (!refuses_nan()) {{
        say(\"a row of NaN was not refused\\n\");
        wrong++;
    }}
    say(wrong ? \"FAIL\\n\" : \"PASS\\n\");
    return wrong ? 1 : 0;
}}
#endif
",
        inputs = wrapped(&inputs),
        bits = wrapped(&bits),
        names = names.concat(),
    )
}
