//! Reading what a plugin library points at, with every bound that can be checked.
//!
//! A pointer that a library gives cannot be proved good: a library that lies about one is a library that must not be trusted.
//! What can be checked is: null, alignment, sizes, counts, UTF-8, and that a text ends somewhere.

use std::ffi::c_char;

/// What is wrong with a library, in words that follow its name.
pub(crate) type Fault = String;

/// Longest text that is read, in bytes.
const MAX_TEXT: usize = 1 << 14;
/// Longest list that is read.
const MAX_LIST: usize = 1 << 12;

/// A static text.
///
/// # Safety
/// `raw` must be null or point to static NUL-terminated bytes.
pub(crate) unsafe fn text(raw: *const c_char, what: &str) -> Result<String, Fault> {
    // SAFETY: as the caller promises.
    unsafe { optional_text(raw, what) }?.ok_or_else(|| format!("{what} is null"))
}

/// A static text, or `None` for null.
///
/// # Safety
/// `raw` must be null or point to static NUL-terminated bytes.
pub(crate) unsafe fn optional_text(
    raw: *const c_char,
    what: &str,
) -> Result<Option<String>, Fault> {
    if raw.is_null() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    loop {
        // SAFETY: all bytes before the NUL are readable, and none of those read so far was it.
        match unsafe { *raw.cast::<u8>().add(bytes.len()) } {
            0 => break,
            _ if bytes.len() >= MAX_TEXT => {
                return Err(format!("{what} does not end within {MAX_TEXT} bytes"));
            }
            b => bytes.push(b),
        }
    }
    String::from_utf8(bytes).map(Some).map_err(|_| format!("{what} is not UTF-8"))
}

/// A static list of pointers, none of them null or misaligned.
///
/// # Safety
/// `raw` must be null or point to `count` static pointers.
pub(crate) unsafe fn pointers<T>(
    raw: *const *const T,
    count: usize,
    what: &str,
) -> Result<Vec<*const T>, Fault> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > MAX_LIST {
        return Err(format!("{what}: {count} entries, more than the {MAX_LIST} that are read"));
    }
    if raw.is_null() || !raw.is_aligned() {
        return Err(format!("{what}: {count} entries are announced and the list is not there"));
    }
    // SAFETY: not null, aligned, and `count` long by the caller's promise.
    let list = unsafe { std::slice::from_raw_parts(raw, count) };
    match list.iter().position(|p| p.is_null() || !p.is_aligned()) {
        Some(i) => Err(format!("{what}: entry {i} is null or misaligned")),
        None => Ok(list.to_vec()),
    }
}

/// A static struct that begins with its own size as the plugin knows it.
///
/// # Safety
/// `raw` must be null or point to a static struct of the contract whose first field is its `struct_size`, and as long as that says.
pub(crate) unsafe fn sized<T>(raw: *const T, what: &str) -> Result<&'static T, Fault> {
    if raw.is_null() || !raw.is_aligned() {
        return Err(format!("{what} is null or misaligned"));
    }
    // SAFETY: not null, aligned, and its first field is a u32 by the caller's promise.
    let size = unsafe { *raw.cast::<u32>() } as usize;
    if size < size_of::<T>() {
        return Err(format!(
            "{what}: struct_size is {size} in the plugin and at least {} in this adit",
            size_of::<T>()
        ));
    }
    // SAFETY: the struct is static and reaches as far as `T` does.
    Ok(unsafe { &*raw })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_utf8() {
        // SAFETY: static, NUL-terminated or null.
        unsafe {
            assert_eq!(text(c"pH".as_ptr(), "unit").unwrap(), "pH");
            assert_eq!(optional_text(std::ptr::null(), "unit").unwrap(), None);
            assert!(text(std::ptr::null(), "id").unwrap_err().contains("id is null"));
            assert!(text(c"\xff".as_ptr(), "id").unwrap_err().contains("UTF-8"));
            let long = std::ffi::CString::new(vec![b'x'; MAX_TEXT + 1]).unwrap();
            assert!(text(long.as_ptr(), "help").unwrap_err().contains("does not end"));
        }
    }

    #[test]
    fn lists_and_sizes_are_checked() {
        let (a, none) = (1_u32, std::ptr::null::<u32>());
        // SAFETY: the lists are as long as is said, and each struct begins with a u32.
        unsafe {
            assert_eq!(pointers([&raw const a].as_ptr(), 1, "x").unwrap().len(), 1);
            assert!(pointers([&raw const a, none].as_ptr(), 2, "x").unwrap_err().contains("1"));
            assert!(pointers::<u32>(std::ptr::null(), 2, "x").is_err());
            assert!(pointers([none].as_ptr(), usize::MAX, "x").is_err());
            let e = sized(&raw const a, "x").unwrap_err();
            assert!(e.contains("is 1 in the plugin") && e.contains("at least 4"), "{e}");
        }
    }
}
