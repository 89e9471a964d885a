/* example.c.centre-max: subtracts the mean training spectrum, then divides each row by its largest absolute value.
 *
 * A whole plugin in one C file: learnt state, row status, save and load, lowered form. The rules stand at the top of adit_plugin.h. */
#include "adit_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double floor;   /* the parameter */
    uint32_t unit;  /* unit of the positions */
    uint64_t n;     /* number of channels; 0 until fitted */
    double *data;   /* n positions, then the n means */
} Self;

static int32_t fail(const AditCall *call, int32_t code, const char *text) {
    if (call && call->report) call->report(call->host, code, text, strlen(text));
    return code;
}

static int32_t create(const AditCall *call, const AditValue *const *values, size_t count, void **out) {
    Self *self = calloc(1, sizeof *self);
    if (!self) return fail(call, ADIT_ERR_INTERNAL, "out of memory");
    self->floor = 1e-12;
    for (size_t i = 0; i < count; i++)
        if (strcmp(values[i]->name, "floor") == 0) self->floor = values[i]->number;
    *out = self;
    return ADIT_OK;
}

static void destroy(void *p) { free(((Self *)p)->data), free(p); }
static uint32_t instance_flags(const void *p) { (void)p; return ADIT_FLAG_DETERMINISTIC; }

/* Puts a new state in place of the old one: the last step of fit and load, so that an error leaves the old one. */
static int32_t replace(Self *self, uint32_t unit, uint64_t n, double *data) {
    free(self->data);
    self->unit = unit, self->n = n, self->data = data;
    return ADIT_OK;
}

static int32_t fit(void *p, const AditCall *call, const AditAxis *axis, const AditMatrix *x, const AditMatrix *y,
                   const double *weights) {
    size_t n = x->cols;
    (void)y;
    if (!axis->values) return fail(call, ADIT_ERR_ARG, "works on spectra, not on named columns");
    if (axis->count != n || n == 0 || x->rows == 0) return fail(call, ADIT_ERR_SHAPE, "needs training rows");
    double *data = calloc(2 * n, sizeof *data), total = 0;
    if (!data) return fail(call, ADIT_ERR_INTERNAL, "out of memory");
    for (size_t i = 0; i < x->rows; i++) {
        double w = weights ? weights[i] : 1;
        total += w;
        for (size_t j = 0; j < n; j++) data[n + j] += w * x->data[i * x->row_stride + j];
    }
    memcpy(data, axis->values, n * sizeof *data);
    for (size_t j = 0; j < n; j++)
        if (!isfinite(data[n + j] /= total)) {
            free(data);
            return fail(call, ADIT_ERR_NUMERIC, "a training value is not finite");
        }
    return replace(p, axis->unit, n, data);
}

static int32_t output(const void *p, const AditCall *call) {
    const Self *self = p;
    if (!self->n) return fail(call, ADIT_ERR_STATE, "not fitted yet");
    AditAxis axis = {sizeof axis, self->unit, self->n, self->data, NULL, NULL};
    return call->set_axis(call->host, &axis);
}

static int32_t apply(const void *p, const AditCall *call, const AditMatrix *x, const AditMatrixMut *out, uint8_t *status) {
    const Self *self = p;
    if (!self->n) return fail(call, ADIT_ERR_STATE, "not fitted yet");
    if (x->cols != self->n || out->cols != self->n || out->rows != x->rows)
        return fail(call, ADIT_ERR_SHAPE, "the columns differ from those of the training rows");
    for (size_t i = 0; i < x->rows; i++) {
        const double *row = x->data + i * x->row_stride;
        double *to = out->data + i * out->row_stride, max = 0;
        status[i] = ADIT_ROW_OK;
        for (size_t j = 0; j < self->n; j++) {
            to[j] = row[j] - self->data[self->n + j];
            if (!isfinite(to[j])) status[i] = ADIT_ROW_NOT_FINITE;
            if (fabs(to[j]) > max) max = fabs(to[j]);
        }
        if (status[i] == ADIT_ROW_OK && !(max > self->floor)) status[i] = ADIT_ROW_DIVISOR;
        for (size_t j = 0; j < self->n; j++) to[j] = status[i] == ADIT_ROW_OK ? to[j] / max : NAN;
    }
    return ADIT_OK;
}

/* The state: unit, n, n positions, n means; 8 bytes each, little-endian as ADIT_ABI_EXTRA says. */
static int32_t save(const void *p, const AditCall *call) {
    const Self *self = p;
    uint64_t head[2] = {self->unit, self->n};
    if (!self->n) return fail(call, ADIT_ERR_STATE, "not fitted yet");
    int32_t code = call->write(call->host, (const uint8_t *)head, sizeof head);
    return code ? code : call->write(call->host, (const uint8_t *)self->data, 16 * self->n);
}

static int32_t load(void *p, const AditCall *call, const uint8_t *bytes, size_t len, uint32_t version) {
    uint64_t head[2] = {0, 0};
    size_t rest = len - sizeof head, finite = 0;
    if (len >= sizeof head) memcpy(head, bytes, sizeof head);
    if (version != 1 || head[1] == 0 || head[0] > UINT32_MAX || rest % 16 != 0 || head[1] != rest / 16)
        return fail(call, ADIT_ERR_STATE_BYTES, "the length of the state does not fit");
    double *data = malloc(rest);
    if (!data) return fail(call, ADIT_ERR_INTERNAL, "out of memory");
    memcpy(data, bytes + sizeof head, rest);
    while (finite < rest / 8 && isfinite(data[finite])) finite++;
    if (finite == rest / 8) return replace(p, (uint32_t)head[0], head[1], data);
    free(data);
    return fail(call, ADIT_ERR_STATE_BYTES, "a number is not finite");
}

/* x - mean as a banded affine one channel wide, then the row divided by its largest absolute value. */
static int32_t lower(const void *p, const AditCall *call) {
    const Self *self = p;
    size_t n = self->n;
    if (!n) return fail(call, ADIT_ERR_STATE, "not fitted yet");
    int64_t *ints = malloc((2 + 2 * n) * sizeof *ints), norm[2] = {ADIT_NORM_MAX, 0};
    double *nums = malloc(2 * n * sizeof *nums);
    int32_t code = ADIT_ERR_INTERNAL;
    if (ints && nums) {
        ints[0] = ints[1] = (int64_t)n;
        for (size_t j = 0; j < n; j++) {
            ints[2 + 2 * j] = (int64_t)j, ints[3 + 2 * j] = 1;
            nums[j] = 1, nums[n + j] = -self->data[n + j];
        }
        AditOp centre = {sizeof centre, ADIT_OP_AFFINE_BANDED, ints, 2 + 2 * n, nums, 2 * n};
        AditOp divide = {sizeof divide, ADIT_OP_ROW_SCALE, norm, 2, &self->floor, 1};
        code = call->push_op(call->host, &centre);
        if (!code) code = call->push_op(call->host, &divide);
    }
    free(ints), free(nums);
    return code;
}

static const AditLower lower_v1 = {sizeof lower_v1, 0, lower};
static const void *extension(const char *id) { return strcmp(id, ADIT_EXT_LOWER) == 0 ? &lower_v1 : NULL; }
static const AditTransform functions = {sizeof functions, 0, fit, output, apply};
static const AditParam floor_param = {sizeof floor_param, ADIT_PARAM_FLOAT, "floor", "",
    "a row whose largest value is not above it is refused", "1e-12", 0, 1e300, NULL, 0};
static const AditParam *const params[] = {&floor_param};
static const AditPlugin plugin = {
    sizeof plugin, ADIT_KIND_TRANSFORM, ADIT_FLAG_DETERMINISTIC, 1, "example.c.centre-max", "Centre, then divide by maximum", "1.0.0",
    "subtracts the mean training spectrum and divides by the row's largest value", "", "adit", "MIT OR Apache-2.0", NULL, 1, params,
    create, destroy, instance_flags, save, load, extension, &functions, NULL};
static const AditPlugin *const plugins[] = {&plugin};
static const AditBundle bundle = {ADIT_MAGIC, sizeof bundle, ADIT_ABI_MINOR, 0, ADIT_ABI_EXTRA, "C, " __VERSION__, 1, plugins};

const AditBundle *adit_plugin_entry_v1(void) { return &bundle; }
