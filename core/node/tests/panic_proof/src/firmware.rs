//! adit-node as a library for C firmware: the C interface and the same proof. The exporter's emulator test links it.
#![no_std]

pub use adit_node::capi;

unsafe extern "C" {
    /// Defined nowhere: a reference to it fails the link.
    fn adit_node_has_a_panic_path() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: never linked.
    unsafe { adit_node_has_a_panic_path() }
}
