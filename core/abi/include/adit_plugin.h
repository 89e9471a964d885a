/* The plugin contract of adit, version 1: a plain C ABI.
 *
 * Generated from the crate adit-abi by cbindgen; do not edit (see core/abi/cbindgen.toml).
 *
 * A plugin library exports one function, adit_plugin_entry_v1, that returns a static AditBundle. Everything else hangs from it.
 *
 * Rules that hold everywhere
 * - Owner. Whoever allocates frees. Every pointer argument is borrowed until the call returns, unless its comment says "static".
 *   Numbers leave a plugin only through buffers that the host owns or through the functions of AditCall.
 * - Thread. [exclusive]: the host makes no other call on this instance meanwhile. [shared]: may run on several threads at once, the
 *   instance is not changed. A plugin starts no threads; it may ask for them by AditCall.parallel_for.
 * - State. [created], [fitted]: the call is allowed in that state only; otherwise ADIT_ERR_STATE, nothing changed.
 * - Purity. No globals, clock, file, environment or network: the same input gives the same bytes.
 * - Errors. Functions return a status code; the text goes to AditCall.report before they return. No exception or signal crosses the
 *   boundary.
 * - Growth. Fields are only ever appended; struct_size says how far a struct reaches. Variable-length arrays of structs are arrays
 *   of pointers, so that a struct may grow. Optional abilities are asked for by string id.
 */

#ifndef ADIT_PLUGIN_H
#define ADIT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/* What both sides must agree on beyond the struct layouts: number format, byte order and pointer width. */
#if UINTPTR_MAX > 0xFFFFFFFFu
#define ADIT_ABI_EXTRA "f64-le-ptr64"
#else
#define ADIT_ABI_EXTRA "f64-le-ptr32"
#endif

/* Name of the one exported function. */
#define ADIT_ENTRY_SYMBOL "adit_plugin_entry_v1"

/* Ids of the extensions: AditLower, AditDiagnose, AditCrossValidate. */
#define ADIT_EXT_LOWER "adit.lower/1"
#define ADIT_EXT_DIAGNOSE "adit.diagnose/1"
#define ADIT_EXT_CROSS_VALIDATE "adit.cross-validate/1"

/* Lowered ops: the closed, numbered list that a fitted plugin describes itself in. An op works on one row x of n_in values and gives
 * n_out values; it is a code, a list of integers and a list of numbers, and each code fixes what they mean:
 *
 * | code | integers | numbers | effect |
 * |---|---|---|---|
 * | `GATHER` | n_in, index of each output | | `y_i = x[index_i]` |
 * | `AFFINE_BANDED` | n_in, n_out, then first, width per output | all coefficients, output by output, then n_out biases | `y_i = b_i + sum_k c_ik x[first_i + k]` |
 * | `AFFINE_DENSE` | n_in, n_out | n_out x n_in coefficients row-major, then n_out biases | `y = C x + b` |
 * | `ROW_CENTRE` | | | `y = x - mean(x)` |
 * | `ROW_SCALE` | norm, ddof | floor | `y = x / norm(x)`; refused unless norm > floor |
 * | `REGRESS_BASIS` | n, k, d | k x n basis, k x n pseudo-inverse rows, floor | `c = pinv x; y = (x - sum_{j != d} c_j basis_j) / c_d`; refused unless c_d > floor |
 * | `LOG10` | columns | floor | `y_j = log10(x_j)` for the columns named; refused unless x_j > floor |
 * | `RATIO` | i, j | c0, c1, floor | `y_i = x_i / (c0 + c1 x_j)`, others kept; refused unless the divisor > floor |
 * | `HARMONIC` | j, k | period | appends `sin(2 pi k x_j / period)` and `cos(...)` |
 * | `PRODUCT` | i, j | | appends `x_i x_j` |
 * | `CLAMP` | column | low, high | `y_j = min(max(x_j, low), high)`, others kept |
 * | `SCORE` | n, a | centre n, scale n, R a x n, P a x n | `t = R ((x - centre) / scale)`; kept for diagnosis, value path ends with it |
 * | `OUTPUT` | kind, has_low | low | `y = x` or `y = 10^x`; then `max(y, low)` if has_low |
 *
 * "Refused" means: the row gets no result, on host and node alike.
 */

/* Stands before the definition of adit_plugin_entry_v1. */
#if defined(_WIN32)
#define ADIT_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define ADIT_EXPORT __attribute__((visibility("default")))
#else
#define ADIT_EXPORT
#endif

// First field of every bundle.
#define ADIT_MAGIC 1414087745

// Minor version of this contract: raised when a field or an extension is appended.
#define ADIT_ABI_MINOR 0

// A plugin of this kind reads instrument files. Reserved in this minor version.
#define ADIT_KIND_READER 1

// A plugin of this kind turns rows into rows: preprocessing, features, selection.
#define ADIT_KIND_TRANSFORM 2

// A plugin of this kind estimates targets from rows.
#define ADIT_KIND_REGRESSOR 3

// The same input gives the same bytes.
#define ADIT_FLAG_DETERMINISTIC 1

// No number is learnt from data, and an output row depends on its input row alone. `fit` is then given **zero rows**.
#define ADIT_FLAG_ROW_LOCAL 2

// The transform keeps some of its input columns, unchanged.
#define ADIT_FLAG_SELECTS_COLUMNS 4

// The output axis differs from the input axis.
#define ADIT_FLAG_CHANGES_AXIS 8

// `fit` needs y.
#define ADIT_FLAG_NEEDS_Y 16

// One floating point value.
#define ADIT_PARAM_FLOAT 1

// One integer.
#define ADIT_PARAM_INT 2

// One truth value.
#define ADIT_PARAM_BOOL 3

// One of the texts listed in `AditParam::choices`.
#define ADIT_PARAM_CHOICE 4

// Any text.
#define ADIT_PARAM_TEXT 5

// A list of floating point values.
#define ADIT_PARAM_FLOATS 6

// A list of texts.
#define ADIT_PARAM_TEXTS 7

// Success.
#define ADIT_OK 0

// A parameter or argument is not acceptable.
#define ADIT_ERR_ARG 1

// Shapes do not fit each other or the fitted state.
#define ADIT_ERR_SHAPE 2

// The call is not allowed in this state.
#define ADIT_ERR_STATE 3

// The bytes given to `load` are not a state of this plugin.
#define ADIT_ERR_STATE_BYTES 4

// A numerical impossibility: rank, constant data, no convergence.
#define ADIT_ERR_NUMERIC 5

// The plugin cannot do this, and says why.
#define ADIT_ERR_UNSUPPORTED 6

// The host asked to stop.
#define ADIT_ERR_CANCELLED 7

// A panic was caught in the plugin; the instance may only be destroyed.
#define ADIT_ERR_PANIC 8

// A fault of the plugin itself.
#define ADIT_ERR_INTERNAL 9

// A row came out well.
#define ADIT_ROW_OK 0

// The row held a value that is not finite.
#define ADIT_ROW_NOT_FINITE 1

// A divisor (standard deviation, slope, ratio) of the row was not above its floor.
#define ADIT_ROW_DIVISOR 2

// The logarithm was asked of a value that is not above its floor.
#define ADIT_ROW_LOG 3

// Another reason; the text went to `report`.
#define ADIT_ROW_OTHER 255

// Each target is a model of its own.
#define ADIT_TARGETS_SEPARATE 0

// All targets are one model (PLS2).
#define ADIT_TARGETS_JOINT 1

// Number of `GATHER`.
#define ADIT_OP_GATHER 1

// Number of `AFFINE_BANDED`.
#define ADIT_OP_AFFINE_BANDED 2

// Number of `AFFINE_DENSE`.
#define ADIT_OP_AFFINE_DENSE 3

// Number of `ROW_CENTRE`.
#define ADIT_OP_ROW_CENTRE 4

// Number of `ROW_SCALE`.
#define ADIT_OP_ROW_SCALE 5

// Number of `REGRESS_BASIS`.
#define ADIT_OP_REGRESS_BASIS 6

// Number of `LOG10`.
#define ADIT_OP_LOG10 7

// Number of `RATIO`.
#define ADIT_OP_RATIO 8

// Number of `HARMONIC`.
#define ADIT_OP_HARMONIC 9

// Number of `PRODUCT`.
#define ADIT_OP_PRODUCT 10

// Number of `CLAMP`.
#define ADIT_OP_CLAMP 11

// Number of `SCORE`.
#define ADIT_OP_SCORE 12

// Number of `OUTPUT`.
#define ADIT_OP_OUTPUT 13

// `ROW_SCALE` by the standard deviation (about the row mean) with the given ddof.
#define ADIT_NORM_SD 0

// `ROW_SCALE` by the sum of absolute values.
#define ADIT_NORM_L1 1

// `ROW_SCALE` by the Euclidean length.
#define ADIT_NORM_L2 2

// `ROW_SCALE` by the largest absolute value.
#define ADIT_NORM_MAX 3

// `ROW_SCALE` by the sum.
#define ADIT_NORM_AREA 4

// `OUTPUT` as it is.
#define ADIT_OUTPUT_IDENTITY 0

// `OUTPUT` as ten to the power of the value.
#define ADIT_OUTPUT_POW10 1

// No unit: a ratio, a pH, an index.
#define ADIT_UNIT_NONE 0

// Wavelength in nanometres.
#define ADIT_UNIT_NM 1

// Wavenumber in 1/cm.
#define ADIT_UNIT_PER_CM 2

// Absorbance (log10).
#define ADIT_UNIT_ABSORBANCE 3

// Detector counts.
#define ADIT_UNIT_COUNTS 4

// Electrical conductivity in microsiemens per centimetre.
#define ADIT_UNIT_US_PER_CM 10

// Electrical conductivity in millisiemens per metre (1 mS/m = 10 uS/cm).
#define ADIT_UNIT_MS_PER_M 11

// Temperature in degrees Celsius.
#define ADIT_UNIT_DEG_C 12

// Time in days since 1970-01-01 00:00 UTC.
#define ADIT_UNIT_DAYS_UTC 13

// Length (water level) in metres.
#define ADIT_UNIT_M 14

// Mass concentration in mg/L.
#define ADIT_UNIT_MG_PER_L 20

// Percent by mass.
#define ADIT_UNIT_PERCENT 21

// pH.
#define ADIT_UNIT_PH 22

// The base-10 logarithm of a column in its unit.
#define ADIT_UNIT_LOG10 23

// A borrowed, row-major matrix of `f64`: element (i, j) is `data[i * row_stride + j]`.
//
// One row is one sample. `row_stride >= cols`; `data` may be null when `rows * cols == 0`. Owned by the host.
// What lies between the rows is not part of it: it is neither read nor written.
typedef struct {
    // First element; borrowed until the call returns.
    const double *data;
    // Number of samples.
    size_t rows;
    // Number of columns (channels, features or targets).
    size_t cols;
    // Distance between the first elements of two rows, in elements.
    size_t row_stride;
} AditMatrix;

// A borrowed matrix that the plugin fills: the layout of [`AditMatrix`], memory owned by the host.
typedef struct {
    // First element; borrowed until the call returns.
    double *data;
    // Number of samples.
    size_t rows;
    // Number of columns.
    size_t cols;
    // Distance between the first elements of two rows, in elements.
    size_t row_stride;
} AditMatrixMut;

// What the columns of a matrix are.
//
// Exactly one of two forms: `values` is set, and the columns are positions on one axis with the unit `unit` (a spectrum);
// or `names` and `units` are set, and each column has a name and a unit of its own (a table).
typedef struct {
    // Size of this struct as its writer knows it, in bytes.
    uint32_t struct_size;
    // Unit of `values` (see `unit`); `ADIT_UNIT_NONE` for named columns.
    uint32_t unit;
    // Number of columns.
    size_t count;
    // `count` positions, or null.
    const double *values;
    // `count` names, NUL-terminated UTF-8, or null.
    const char *const *names;
    // `count` units of the named columns, or null.
    const uint32_t *units;
} AditAxis;

// One lowered op as it crosses the boundary; borrowed until the call returns.
typedef struct {
    // Size of this struct as its writer knows it, in bytes.
    uint32_t struct_size;
    // `ADIT_OP_...`.
    uint32_t code;
    // The integers of the op.
    const int64_t *ints;
    // Number of `ints`.
    size_t int_count;
    // The numbers of the op.
    const double *nums;
    // Number of `nums`.
    size_t num_count;
} AditOp;

// The host's side of one call. Valid until the call returns; a plugin never keeps it.
//
// The functions may be called from the thread of the call, and, where they say `[shared]`, from the body of `parallel_for`.
typedef struct {
    // Size of this struct as the host knows it, in bytes.
    uint32_t struct_size;
    // Zero; reserved.
    uint32_t reserved;
    // The host's own context, handed back to each function.
    void *host;
    // Says what went wrong, in UTF-8 of `len` bytes, not NUL-terminated; `code` is the status that the call will return. With
    // `ADIT_OK` the text is a remark for the user about a call that goes well, such as the route that `adit.cross-validate/1` took;
    // the host shows what `run` of that extension remarks and may drop other remarks. `[shared]`
    void (*report)(void *host, int32_t code, const char *text, size_t len);
    // Takes `len` bytes of state, in order; used in `save`.
    int32_t (*write)(void *host, const uint8_t *bytes, size_t len);
    // Takes the axis of the output; used in `output`. The host copies it.
    int32_t (*set_axis)(void *host, const AditAxis *axis);
    // Takes one lowered op, in order; used in `lower`. The host copies it.
    int32_t (*push_op)(void *host, const AditOp *op);
    // Runs `body(user, i)` for every `i < count`, perhaps on several threads, and returns when all have ended.
    // Which thread runs which `i` is not defined, so results must not depend on it. `[shared]`
    int32_t (*parallel_for)(void *host, size_t count, void (*body)(void *user, size_t index), void *user);
    // Not zero when the plugin should return `ADIT_ERR_CANCELLED` soon. `[shared]`
    int32_t (*cancelled)(void *host);
} AditCall;

// The value of one parameter, as the host passes it to `create`. Only the fields of its kind are read.
typedef struct {
    // Size of this struct as the host knows it, in bytes.
    uint32_t struct_size;
    // `ADIT_PARAM_...` of the parameter.
    uint32_t kind;
    // Key of the parameter.
    const char *name;
    // FLOAT.
    double number;
    // INT, and BOOL as 0 or 1.
    int64_t integer;
    // CHOICE and TEXT.
    const char *text;
    // FLOATS: `count` numbers.
    const double *numbers;
    // TEXTS: `count` texts.
    const char *const *texts;
    // Number of `numbers` or `texts`.
    size_t count;
} AditValue;

// One parameter of a plugin. All texts static, NUL-terminated UTF-8.
typedef struct {
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // `ADIT_PARAM_...`.
    uint32_t kind;
    // Key in a recipe.
    const char *name;
    // Unit of the value as text ("nm", "1/K"), or empty.
    const char *unit;
    // One line for people.
    const char *help;
    // Default as TOML text (`11`, `"zero"`, `[250.0, 700.0]`), or null: the recipe must give it.
    const char *default_toml;
    // Smallest value of a float, int or list element; ignored otherwise.
    double min;
    // Largest value; ignored where `min` is.
    double max;
    // `choice_count` texts, or null.
    const char *const *choices;
    // Number of `choices`.
    size_t choice_count;
} AditParam;

// The functions of a transform.
typedef struct {
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // Zero; reserved.
    uint32_t reserved;
    // Learns from the rows given (none for a ROW_LOCAL instance). `y` (one column) and `weights` (one a row) may be null.
    // May be called again; an error leaves the former state. `[created or fitted, exclusive]`
    int32_t (*fit)(void *self_,
                   const AditCall *call,
                   const AditAxis *axis,
                   const AditMatrix *x,
                   const AditMatrix *y,
                   const double *weights);
    // Gives the axis of the output through `set_axis`. `[fitted, shared]`
    int32_t (*output)(const void *self_, const AditCall *call);
    // Transforms each row of `x` into the same row of `out` and writes one `ADIT_ROW_...` byte a row into `status`.
    // A failed row is NaN in `out`; no row's result depends on the rows beside it: the host passes rows a few at a time, on several
    // threads. `[fitted, shared]`
    int32_t (*apply)(const void *self_,
                     const AditCall *call,
                     const AditMatrix *x,
                     const AditMatrixMut *out,
                     uint8_t *status);
} AditTransform;

// The functions of a regressor.
typedef struct {
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // Zero; reserved.
    uint32_t reserved;
    // Fits every component count up to `max_components` in one go and says in `reached` how far the data carry; 0 is the mean.
    // No value of `x`, `y` or `weights` is missing. May be called again; an error leaves the former state.
    // `[created or fitted, exclusive]`
    int32_t (*fit)(void *self_,
                   const AditCall *call,
                   const AditAxis *axis,
                   const AditMatrix *x,
                   const AditMatrix *y,
                   const double *weights,
                   uint32_t max_components,
                   uint32_t *reached);
    // Predicts for the component counts `from..=to` (`to <= reached`). Row i of `out` holds, for each count in turn, one value
    // per target: column `(a - from) * targets + target`. Row status as for a transform. `[fitted, shared]`
    int32_t (*predict)(const void *self_,
                       const AditCall *call,
                       const AditMatrix *x,
                       uint32_t from,
                       uint32_t to,
                       const AditMatrixMut *out,
                       uint8_t *status);
    // Keeps the model with `components` components: what `save`, `lower` and the diagnosis are about. `[fitted, exclusive]`
    int32_t (*select)(void *self_, const AditCall *call, uint32_t components);
} AditRegressor;

// One plugin. All texts static, NUL-terminated UTF-8. `self_` is what `create` gave.
typedef struct {
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // `ADIT_KIND_...`.
    uint32_t kind;
    // What the plugin **may** do: `ADIT_FLAG_...`.
    uint32_t flags;
    // Version of the bytes that `save` writes. `load` reads this one and every older released one.
    uint32_t state_version;
    // Unique id, lower-case, dots between parts: `adit.scatter.snv`.
    const char *id;
    // Name for people.
    const char *name;
    // Semantic version.
    const char *version;
    // One line for people.
    const char *summary;
    // DOI or standard of the method, or empty.
    const char *reference;
    // Who made it.
    const char *vendor;
    // SPDX licence expression.
    const char *licence;
    // The parameter that is the path of the fit ("components"), or null. Regressors only.
    const char *path_param;
    // Number of `params`.
    size_t param_count;
    // The parameters; static.
    const AditParam *const *params;
    // Makes an instance from parameter values; parameters not given take their defaults. `[shared]`
    int32_t (*create)(const AditCall *call, const AditValue *const *values, size_t count, void **out);
    // Frees an instance, in any state. `[exclusive]`
    void (*destroy)(void *self_);
    // What this instance does with its parameters: a subset of `flags`, but ROW_LOCAL and DETERMINISTIC may be added. `[shared]`
    uint32_t (*instance_flags)(const void *self_);
    // Writes the fitted state through `write`. Saving what was loaded writes the same bytes. `[fitted, shared]`
    int32_t (*save)(const void *self_, const AditCall *call);
    // Takes a state that `save` of version `state_version` wrote; the instance is then fitted. `[created, exclusive]`
    int32_t (*load)(void *self_,
                    const AditCall *call,
                    const uint8_t *bytes,
                    size_t len,
                    uint32_t state_version);
    // Asks for an optional ability by id (`adit.lower/1`); null when it is not there. The answer is static. `[shared]`
    const void *(*extension)(const char *id);
    // The functions of a transform, or null.
    const AditTransform *transform;
    // The functions of a regressor, or null.
    const AditRegressor *regressor;
} AditPlugin;

// The static description of a library's plugins.
typedef struct {
    // [`ADIT_MAGIC`].
    uint32_t magic;
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // [`ADIT_ABI_MINOR`] of the header that the plugin was built with.
    uint32_t abi_minor;
    // Zero; reserved.
    uint32_t reserved;
    // [`ADIT_ABI_EXTRA`].
    const char *abi_extra;
    // Who built it with what: compiler, version. Free text, static, UTF-8.
    const char *build;
    // Number of `plugins`.
    size_t plugin_count;
    // The plugins; static.
    const AditPlugin *const *plugins;
} AditBundle;

// `adit.lower/1`: a fitted plugin describes itself in the closed, numbered ops of [`crate::op`].
typedef struct {
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // Zero; reserved.
    uint32_t reserved;
    // Pushes the ops in order through `push_op`, or reports why not and returns `ADIT_ERR_UNSUPPORTED`. For a regressor it
    // describes the selected component count, all targets. `[fitted, shared]`
    int32_t (*lower)(const void *self_, const AditCall *call);
} AditLower;

// `adit.diagnose/1`: scores and reconstruction of a latent variable model at the selected component count.
//
// Leverage, Hotelling T2, Q and every limit are computed by the host from these two, the same way for every regressor.
typedef struct {
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // Zero; reserved.
    uint32_t reserved;
    // Number of scores of a row at the selected count. `[fitted, shared]`
    uint32_t (*score_count)(const void *self_);
    // T (rows x scores) of X (rows x columns). `[fitted, shared]`
    int32_t (*scores)(const void *self_, const AditCall *call, const AditMatrix *x, const AditMatrixMut *out);
    // X^ (rows x columns) of T (rows x scores), in the units of the X that the regressor was given. For PLS this is the
    // orthogonal projection on the span of the weights, T (P'W) W', plus the mean. `[fitted, shared]`
    int32_t (*reconstruct)(const void *self_,
                           const AditCall *call,
                           const AditMatrix *t,
                           const AditMatrixMut *out);
} AditDiagnose;

// One fold: rows to predict, and rows to leave out of the training besides. Training = all other rows.
typedef struct {
    // Size of this struct as the host knows it, in bytes.
    uint32_t struct_size;
    // Zero; reserved.
    uint32_t reserved;
    // `test_count` row numbers, ascending.
    const size_t *test;
    // Number of `test`.
    size_t test_count;
    // `gap_count` row numbers, ascending, none of them in `test`; may be null when there are none.
    const size_t *gap;
    // Number of `gap`.
    size_t gap_count;
} AditFold;

// One way of treating the training rows of each fold.
typedef struct {
    // Size of this struct as the host knows it, in bytes.
    uint32_t struct_size;
    // Not zero: subtract the fold's mean.
    uint32_t centre;
    // Not zero: divide by the fold's standard deviation (ddof = 1).
    uint32_t scale;
    // Zero; reserved.
    uint32_t reserved;
    // A linear filter of the columns before all else, or null: an `ADIT_OP_AFFINE_BANDED` op.
    const AditOp *filter;
} AditVariant;

// A whole cross-validation as one job.
typedef struct {
    // Size of this struct as the host knows it, in bytes.
    uint32_t struct_size;
    // `ADIT_TARGETS_...`.
    uint32_t targets;
    // All rows, after the row-local steps.
    AditMatrix x;
    // One column per target.
    AditMatrix y;
    // One weight a row, or null.
    const double *weights;
    // The folds.
    const AditFold *const *folds;
    // Number of `folds`.
    size_t fold_count;
    // The variants.
    const AditVariant *const *variants;
    // Number of `variants`.
    size_t variant_count;
    // Largest component count A.
    uint32_t max_components;
    // Zero; reserved.
    uint32_t reserved;
    // Out: `[variant][test row][0..=A][target]`, the test rows of all folds in the order of the folds. Past the count that a
    // fold reached, its last model is repeated.
    double *predictions;
    // Out: components reached, `[variant][fold][target]` (one per fold for joint targets).
    uint32_t *reached;
} AditCrossValidation;

// `adit.cross-validate/1`: a regressor that cross-validates faster than one fit a fold. Same answer within 1e-10 of the largest
// prediction; where it works on XX', which squares the condition of X, within 1e-6 of the RMSECV, and a remark says so. A variant
// that it cannot run is refused with `ADIT_ERR_UNSUPPORTED`; a filter is never passed over.
typedef struct {
    // Size of this struct as the plugin knows it, in bytes.
    uint32_t struct_size;
    // Zero; reserved.
    uint32_t reserved;
    // Runs the job with the parameters of `self_`, which need not be fitted. `[shared]`
    int32_t (*run)(const void *self_, const AditCall *call, const AditCrossValidation *job);
    // Coefficients of one fold at one count: column count x targets, row-major, then one intercept per target. The plugin fits
    // that fold anew; meant for looking at a few. May be null. `[shared]`
    int32_t (*coefficients)(const void *self_,
                            const AditCall *call,
                            const AditCrossValidation *job,
                            size_t variant,
                            size_t fold,
                            uint32_t components,
                            const AditMatrixMut *out);
} AditCrossValidate;

#ifdef __cplusplus
extern "C" {
#endif

/* The one function that a plugin library exports. The bundle is static; null when the library cannot work here. */
ADIT_EXPORT const AditBundle *adit_plugin_entry_v1(void);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  /* ADIT_PLUGIN_H */
