/* adit-node: runs an exported adit model inside a sensor node. The bytes of a model are described in core/node/FORMAT.md.
 *
 *     static const uint8_t blob[] = { ... };
 *     adit_node_model model;
 *     if (adit_node_load(&model, blob, sizeof blob) != ADIT_NODE_OK) { ... }
 *     float scratch[N], values[M]; uint8_t status[M];        N >= model.scratch_len, M >= model.output_len
 *     adit_node_predict(&model, row, scratch, values, status);
 *
 * No allocation, no globals, no interrupts: one model may be used by several threads, each with its own buffers. */
#ifndef ADIT_NODE_H
#define ADIT_NODE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Return codes. */
enum {
    ADIT_NODE_OK = 0,
    ADIT_NODE_TOO_SHORT = 1,     /* fewer bytes than a header */
    ADIT_NODE_MAGIC = 2,         /* not a model */
    ADIT_NODE_VERSION = 3,       /* a format version that this build does not read */
    ADIT_NODE_NUMERIC_MODE = 4,  /* a numeric mode that this build does not read */
    ADIT_NODE_LENGTH = 5,        /* length in the header is not the length given */
    ADIT_NODE_CHECKSUM = 6,      /* damaged in storage or on the way */
    ADIT_NODE_HEADER = 7,        /* a header field out of its range */
    ADIT_NODE_SECTION = 8,       /* a section contradicts itself */
    ADIT_NODE_UNKNOWN_OP = 9,    /* an op, form, norm or flag that this build does not know */
    ADIT_NODE_OP_SHAPE = 10,     /* an op reads columns that are not there */
    ADIT_NODE_NOT_FINITE = 11,   /* a stored number is NaN or infinite */
    ADIT_NODE_OUTPUT = 12,       /* an output's head is out of range; no such output */
    ADIT_NODE_BUFFER = 13,       /* a buffer has the wrong length */
    ADIT_NODE_NULL_POINTER = 14
};

/* What became of one output; a refused one has the value NaN. */
enum {
    ADIT_NODE_ESTIMATE = 0,
    ADIT_NODE_REFUSED_INPUT = 1, /* a value that the model reads is NaN or infinite */
    ADIT_NODE_REFUSED_FLOOR = 2, /* a divisor or the argument of a logarithm is not above its floor */
    ADIT_NODE_REFUSED_RANGE = 3  /* the result is not a finite float */
};

/* Filled by adit_node_load, read-only for the caller. */
typedef struct adit_node_model {
    const uint8_t *bytes;
    size_t length;
    uint32_t input_len;     /* floats in a row of input */
    uint32_t output_len;    /* outputs */
    uint32_t scratch_len;   /* floats that adit_node_predict needs to work in */
    uint32_t section_count;
    uint64_t axis_hash;     /* FNV-1a of the axis: compare with your sensor's */
    uint32_t mine_hash;     /* FNV-1a of the mine's id */
    uint32_t axis_kind;     /* 0: positions, 1: named columns */
} adit_node_model;

/* Checks the model once. bytes: any alignment; must stay, unchanged, while the model is used. */
int32_t adit_node_load(adit_node_model *model, const uint8_t *bytes, size_t length);

/* Estimates every output of one row. 0: look at status, one byte for each output. Buffers must not overlap. */
int32_t adit_node_predict(const adit_node_model *model, const float *input, float *scratch, float *values,
                          uint8_t *status);

/* Name (at most 32 bytes, then a zero) and number of the unit (20 = mg/L, 21 = %) of an output. */
int32_t adit_node_output(const adit_node_model *model, uint32_t index, char name[33], uint32_t *unit);

#ifdef __cplusplus
}
#endif

#endif
