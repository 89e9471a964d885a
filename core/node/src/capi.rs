//! The C interface; `include/adit_node.h` is its header.
//!
//! Every function takes plain pointers whose lengths the model fixes. Null is refused, everything else is the caller's word.

use core::{ptr, slice};

use crate::model::Head;
use crate::{Model, Refusal, Status};

/// A loaded model as C sees it. Filled by [`adit_node_load`], read-only for the caller; the bytes must outlive it, unchanged.
#[repr(C)]
#[derive(Debug)]
pub struct AditNodeModel {
    /// The model's bytes.
    pub bytes: *const u8,
    /// How many.
    pub length: usize,
    /// Values in a row of input.
    pub input_len: u32,
    /// Outputs.
    pub output_len: u32,
    /// f32 that `adit_node_predict` needs to work in.
    pub scratch_len: u32,
    /// Sections.
    pub section_count: u32,
    /// FNV-1a of the axis.
    pub axis_hash: u64,
    /// FNV-1a of the mine's id.
    pub mine_hash: u32,
    /// Kind of the axis: 0 numbers, 1 named columns.
    pub axis_kind: u32,
}

/// Checks the model once. Gives 0, or the number of a [`Refusal`].
///
/// # Safety
/// `model` points to one writable `AditNodeModel`; `bytes` to `length` readable bytes that stay as they are while the model is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adit_node_load(
    model: *mut AditNodeModel,
    bytes: *const u8,
    length: usize,
) -> i32 {
    if model.is_null() || bytes.is_null() {
        return Refusal::NullPointer as i32;
    }
    // SAFETY: not null, and the caller promises `length` readable bytes.
    let loaded = match Model::load(unsafe { slice::from_raw_parts(bytes, length) }) {
        Ok(m) => m.head,
        Err(why) => return why as i32,
    };
    let filled = AditNodeModel {
        bytes,
        length,
        input_len: loaded.input_len as u32,
        output_len: loaded.output_count as u32,
        scratch_len: loaded.scratch_len as u32,
        section_count: loaded.section_count as u32,
        axis_hash: loaded.axis,
        mine_hash: loaded.mine,
        axis_kind: loaded.axis_kind,
    };
    // SAFETY: not null, and the caller promises a writable place; `write` does not read what was there.
    unsafe { model.write(filled) };
    0
}

/// Estimates every output of one row. Gives 0 (look at `status` then), or the number of a [`Refusal`].
///
/// # Safety
/// `model` was filled by [`adit_node_load`]. `input` has `input_len` floats, `scratch` `scratch_len` (any content; may be null if that is 0), `values`
/// `output_len` floats and `status` `output_len` bytes; none of them overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adit_node_predict(
    model: *const AditNodeModel,
    input: *const f32,
    scratch: *mut f32,
    values: *mut f32,
    status: *mut u8,
) -> i32 {
    // SAFETY: the caller promises a model that was loaded, or null.
    let Some(model) = (unsafe { resume(model) }) else { return Refusal::NullPointer as i32 };
    let scratch_len = model.scratch_len();
    if input.is_null()
        || values.is_null()
        || status.is_null()
        || (scratch.is_null() && scratch_len > 0)
    {
        return Refusal::NullPointer as i32;
    }
    let outputs = model.output_len();
    // SAFETY: not null, lengths promised by the caller. Values and states are zeroed first, so that every byte is a valid `Status`.
    let (input, values, status) = unsafe {
        ptr::write_bytes(values, 0, outputs);
        ptr::write_bytes(status, Status::Ok as u8, outputs);
        (
            slice::from_raw_parts(input, model.input_len()),
            slice::from_raw_parts_mut(values, outputs),
            slice::from_raw_parts_mut(status.cast::<Status>(), outputs),
        )
    };
    let scratch: &mut [f32] = if scratch_len == 0 {
        &mut []
    } else {
        // SAFETY: not null, and the caller promises the length. Any bits are a valid f32.
        unsafe { slice::from_raw_parts_mut(scratch, scratch_len) }
    };
    match model.predict(input, scratch, values, status) {
        Ok(()) => 0,
        Err(why) => why as i32,
    }
}

/// Copies the name of an output, with its ending zero, and the number of its unit. Gives 0, or the number of a [`Refusal`].
///
/// # Safety
/// `model` was filled by [`adit_node_load`]; `name` has 33 writable bytes; `unit` is one writable number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adit_node_output(
    model: *const AditNodeModel,
    index: u32,
    name: *mut u8,
    unit: *mut u32,
) -> i32 {
    // SAFETY: the caller promises a model that was loaded, or null.
    let Some(model) = (unsafe { resume(model) }) else { return Refusal::NullPointer as i32 };
    if name.is_null() || unit.is_null() {
        return Refusal::NullPointer as i32;
    }
    let Some(info) = model.output(index as usize) else { return Refusal::Output as i32 };
    // SAFETY: a name has at most 32 bytes (the format's field), and the caller promises 33.
    unsafe {
        ptr::copy_nonoverlapping(info.name.as_ptr(), name, info.name.len());
        name.add(info.name.len()).write(0);
        unit.write(info.unit);
    }
    0
}

/// # Safety
/// `model` is null or was filled by [`adit_node_load`] over bytes that are still there.
unsafe fn resume<'a>(model: *const AditNodeModel) -> Option<Model<'a>> {
    // SAFETY: null gives `None`; else a loaded model, by the caller's promise.
    let m = unsafe { model.as_ref() }?;
    if m.bytes.is_null() {
        return None;
    }
    // SAFETY: pointer and length came from a load that succeeded.
    let bytes = unsafe { slice::from_raw_parts(m.bytes, m.length) };
    let head = Head {
        mine: m.mine_hash,
        axis: m.axis_hash,
        provenance: [0; 16],
        input_len: m.input_len as usize,
        scratch_len: m.scratch_len as usize,
        section_count: m.section_count as usize,
        output_count: m.output_len as usize,
        axis_kind: m.axis_kind,
    };
    Some(Model { bytes, head })
}
