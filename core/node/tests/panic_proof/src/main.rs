//! Reaches every entry of adit-node with arguments that the optimiser cannot know.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::mem::MaybeUninit;

use adit_node::capi::{AditNodeModel, adit_node_load, adit_node_output, adit_node_predict};
use adit_node::{AxisHash, text_hash};

unsafe extern "C" {
    /// Defined nowhere: a reference to it fails the link.
    fn adit_node_has_a_panic_path() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: never linked.
    unsafe { adit_node_has_a_panic_path() }
}

#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    let bytes: &[u8] = black_box(&[]);
    let mut model = MaybeUninit::<AditNodeModel>::uninit();
    let (mut values, mut status, mut scratch) = ([0f32; 4], [0u8; 4], [0f32; 4]);
    let (mut name, mut unit) = ([0u8; 33], 0u32);
    // SAFETY: never run, only linked; the pointers are real.
    unsafe {
        black_box(adit_node_load(model.as_mut_ptr(), bytes.as_ptr(), bytes.len()));
        let (input, scratch) = (black_box(scratch.as_ptr()), black_box(scratch.as_mut_ptr()));
        black_box(adit_node_predict(
            model.as_ptr(),
            input,
            scratch,
            values.as_mut_ptr(),
            status.as_mut_ptr(),
        ));
        black_box(adit_node_output(model.as_ptr(), black_box(1), name.as_mut_ptr(), &mut unit));
    }
    black_box((
        text_hash(black_box("mine")),
        AxisHash::default().position(black_box(1.0)).column(black_box("a"), "b"),
    ));
    #[cfg(feature = "with-panic")]
    black_box(values[black_box(9usize)]);
    loop {}
}
