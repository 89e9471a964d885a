//! The loops, one C function each; only those that a model calls are written, so that `-Wall -Werror` stays quiet.

/// Name, the helpers it calls, text.
type Helper = (&'static str, &'static [&'static str], &'static str);

/// In an order in which each follows what it calls.
const HELPERS: &[Helper] = &[
    ("is_finite", &[], "static int is_finite(const float *x, uint32_t n)
{
    uint32_t i;
    for (i = 0; i < n; i++)
        if (!(x[i] - x[i] == 0.0f)) return 0;
    return 1;
}
"),
    ("sum", &[], "/* Four partial sums, value i into sum i mod 4: the order is part of the result. */
static float sum(const float *x, uint32_t n)
{
    float s[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
    uint32_t i;
    for (i = 0; i < n; i++) s[i & 3u] += x[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}
"),
    ("absolute_sum", &[], "static float absolute_sum(const float *x, uint32_t n)
{
    float s[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
    uint32_t i;
    for (i = 0; i < n; i++) s[i & 3u] += x[i] < 0.0f ? -x[i] : x[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}
"),
    ("largest", &[], "static float largest(const float *x, uint32_t n)
{
    float m = 0.0f;
    uint32_t i;
    for (i = 0; i < n; i++) {
        float v = x[i] < 0.0f ? -x[i] : x[i];
        if (v > m) m = v;
    }
    return m;
}
"),
    ("dot", &[], "static float dot(const float *w, const float *x, uint32_t n)
{
    float s[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
    uint32_t i, whole = n & ~3u;
    for (i = 0; i < whole; i += 4u) {
        s[0] += w[i] * x[i];
        s[1] += w[i + 1u] * x[i + 1u];
        s[2] += w[i + 2u] * x[i + 2u];
        s[3] += w[i + 3u] * x[i + 3u];
    }
    for (i = whole; i < n; i++) s[i & 3u] += w[i] * x[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}
"),
    ("dot_shifted", &[], "static float dot_shifted(const float *w, const float *x, uint32_t n, float shift)
{
    float s[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
    uint32_t i;
    for (i = 0; i < n; i++) s[i & 3u] += w[i] * (x[i] - shift);
    return (s[0] + s[1]) + (s[2] + s[3]);
}
"),
    ("square_root", &[], "/* Correctly rounded by integers: the same bits with every compiler, and no C library. */
static float square_root(float v)
{
    union { float f; uint32_t u; } p;
    uint64_t m, r = 0, bit;
    int32_t e;
    if (!(v > 0.0f) || v - v != 0.0f) return v; /* zero, infinite, NaN; a sum of squares is never below zero */
    p.f = v;
    e = (int32_t)(p.u >> 23);
    m = p.u & 0x7FFFFFu;
    if (e == 0) {
        e = 1;
        while (!(m & 0x800000u)) { m <<= 1; e--; }
    } else {
        m |= 0x800000u;
    }
    e -= 127;
    if (e & 1) { m <<= 1; e--; }
    /* m * 2^(e - 23) = v; the root of m << 25 has 24 bits and one to round by. */
    m <<= 25;
    for (bit = (uint64_t)1 << 50; bit != 0; bit >>= 2) {
        if (m >= r + bit) {
            m -= r + bit;
            r = (r >> 1) + bit;
        } else {
            r >>= 1;
        }
    }
    r = (r + 1u) >> 1;
    p.u = (uint32_t)(r & 0x7FFFFFu) | ((uint32_t)(e / 2 + 127) << 23);
    if (r >> 24) p.u = (uint32_t)(e / 2 + 128) << 23;
    return p.f;
}
"),
    ("centre", &["sum"], "/* First value, then mean of the differences: a constant row becomes exact zeros. */
static void centre(float *x, uint32_t n)
{
    float first = x[0], m;
    uint32_t i;
    for (i = 0; i < n; i++) x[i] -= first;
    m = sum(x, n) / (float)n;
    for (i = 0; i < n; i++) x[i] -= m;
}
"),
    ("length", &["square_root"], "static float length(const float *x, uint32_t n, float freedom)
{
    float s[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
    uint32_t i;
    for (i = 0; i < n; i++) s[i & 3u] += x[i] * x[i];
    return square_root(((s[0] + s[1]) + (s[2] + s[3])) / freedom);
}
"),
    ("deviation", &["square_root"], "static float deviation(const float *x, uint32_t n, float freedom)
{
    float s[4] = { 0.0f, 0.0f, 0.0f, 0.0f }, t[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
    float first = x[0], m;
    uint32_t i;
    for (i = 0; i < n; i++) s[i & 3u] += x[i] - first;
    m = ((s[0] + s[1]) + (s[2] + s[3])) / (float)n;
    for (i = 0; i < n; i++) t[i & 3u] += ((x[i] - first) - m) * ((x[i] - first) - m);
    return square_root(((t[0] + t[1]) + (t[2] + t[3])) / freedom);
}
"),
    ("divide", &[], "static void divide(float *x, uint32_t n, float by)
{
    uint32_t i;
    for (i = 0; i < n; i++) x[i] /= by;
}
"),
    ("copy", &[], "static void copy(float *y, const float *x, uint32_t n)
{
    uint32_t i;
    for (i = 0; i < n; i++) y[i] = x[i];
}
"),
    ("gather", &[], "static void gather(float *y, const float *x, const uint32_t *index, uint32_t n)
{
    uint32_t i;
    for (i = 0; i < n; i++) y[i] = x[index[i]];
}
"),
    ("add", &[], "static void add(float *y, const float *b, uint32_t n)
{
    uint32_t i;
    for (i = 0; i < n; i++) y[i] += b[i];
}
"),
    ("subtract", &[], "static void subtract(float *y, const float *r, uint32_t n, float by)
{
    uint32_t i;
    for (i = 0; i < n; i++) y[i] -= by * r[i];
}
"),
    ("filter", &[], "/* One filter row on differences to its middle channel, whose own tap is not stored. */
static float filter(const float *x, uint32_t width, float total, const float *taps)
{
    uint32_t k, half = width / 2u;
    float pivot = x[half], y = total * pivot;
    for (k = 0; k < half; k++) y += taps[k] * (x[k] - pivot);
    for (k = half + 1u; k < width; k++) y += taps[k - 1u] * (x[k] - pivot);
    return y;
}
"),
    ("filter_inner", &["filter"], "static void filter_inner(float *y, const float *x, uint32_t n, uint32_t width, float total, const float *taps)
{
    uint32_t i;
    for (i = 0; i < n; i++) y[i] = filter(x + i, width, total, taps);
}
"),
    ("filter_edges", &["filter"], "/* place: first channel and width of each row; numbers: its total and taps. Gives what is left of numbers. */
static const float *filter_edges(float *y, const float *x, uint32_t n, const uint32_t *place, const float *numbers)
{
    uint32_t i;
    for (i = 0; i < n; i++) {
        y[i] = filter(x + place[2u * i], place[2u * i + 1u], numbers[0], numbers + 1);
        numbers += place[2u * i + 1u];
    }
    return numbers;
}
"),
    ("logarithm", &[], "/* Base-10 logarithm of a positive number by + - * / alone: the same bits with every C library. */
static float logarithm(float v)
{
    union { float f; uint32_t u; } p;
    int subnormal = v < 1.17549435e-38f;
    float e, m, s, z, k, ln_m;
    if (!(v - v == 0.0f)) return v;
    p.f = subnormal ? v * 16777216.0f : v;
    p.u += 0x3f800000u - 0x3f3504f3u;
    e = ((float)(p.u >> 23) - 127.0f) - (subnormal ? 24.0f : 0.0f);
    p.u = (p.u & 0x007fffffu) + 0x3f3504f3u;
    m = p.f;
    s = (m - 1.0f) / (m + 1.0f);
    z = s * s;
    k = 0.6666667f + z * (0.4f + z * (0.2857143f + z * (0.22222222f + z * 0.18181818f)));
    ln_m = 2.0f * s + s * z * k;
    return (e * 4.605039e-6f + ln_m * 0.4342945f) + e * 0.3010254f;
}
"),
    ("remainder_by", &[], "/* x less whole periods, towards zero, without rounding. */
static float remainder_by(float x, float period)
{
    float rest = x < 0.0f ? -x : x, step = period;
    while (step <= rest * 0.5f) step *= 2.0f;
    while (step >= period) {
        if (rest >= step) rest -= step;
        step *= 0.5f;
    }
    return x < 0.0f ? -rest : rest;
}
"),
    ("turns", &["remainder_by"], "/* Fraction of a turn, between -1 and 1; low is what the period lost when it was rounded. */
static float turns(float x, float period, float low, float order)
{
    float rest, whole, cycles;
    if (!(x - x == 0.0f)) return NAN;
    rest = remainder_by(x, period);
    whole = (x - rest) / period;
    if (whole < 16777216.0f && whole > -16777216.0f) rest -= whole * low;
    cycles = rest / period * order;
    return cycles - (float)(int32_t)cycles;
}
"),
    ("sine_cosine", &[], "/* A quarter is taken out exactly, then the series. y: sine, cosine. */
static void sine_cosine(float turn, float *y)
{
    int32_t quarters;
    float r, z, s, c;
    if (!(turn - turn == 0.0f)) {
        y[0] = turn;
        y[1] = turn;
        return;
    }
    quarters = (int32_t)(turn * 4.0f + (turn < 0.0f ? -0.5f : 0.5f));
    r = turn - (float)quarters * 0.25f;
    z = r * r;
    s = r * (6.2831855f + z * (-41.3417f + z * (81.60525f + z * (-76.70586f + z * 42.058693f))));
    c = 1.0f + z * (-19.739208f + z * (64.93939f + z * (-85.45682f + z * (60.24464f + z * -26.426256f))));
    quarters = (quarters + 4) & 3;
    y[0] = quarters == 0 ? s : quarters == 1 ? c : quarters == 2 ? -s : -c;
    y[1] = quarters == 0 ? c : quarters == 1 ? -s : quarters == 2 ? -c : s;
}
"),
];

/// The text of the helpers named, and of those that they call.
pub(super) fn needed(code: &str) -> String {
    let mut wanted: Vec<&str> =
        HELPERS.iter().filter(|(name, ..)| calls(code, name)).map(|(name, ..)| *name).collect();
    for (name, uses, _) in HELPERS.iter().rev() {
        if wanted.contains(name) {
            wanted.extend(*uses);
        }
    }
    HELPERS
        .iter()
        .filter(|(name, ..)| wanted.contains(name))
        .map(|(.., text)| format!("{text}\n"))
        .collect()
}

/// Whether the code calls a function of exactly this name.
fn calls(code: &str, name: &str) -> bool {
    let call = format!("{name}(");
    code.match_indices(&call)
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}
