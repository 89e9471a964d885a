//! Small pieces of C text.

/// A float constant: nine digits give back every f32 exactly.
pub(super) fn float(v: f32) -> String {
    // A C compiler reads `-0.0f` as a negated zero: the same bits.
    format!("{v:.8e}f")
}

/// A number that may be infinite (the bound of a clamp) or missing (an input that the model does not read).
pub(super) fn any_float(v: f32) -> String {
    match v {
        v if v.is_nan() => "NAN".to_owned(),
        f32::INFINITY => "INFINITY".to_owned(),
        f32::NEG_INFINITY => "-INFINITY".to_owned(),
        v => float(v),
    }
}

/// Only what is allowed inside a comment or a string literal: no control character, quote, backslash, question mark (trigraphs) or end
/// of a comment; other characters stay as UTF-8.
pub(super) fn plain(text: &str) -> String {
    let safe = |c: char| if c.is_control() || matches!(c, '"' | '\\' | '?') { '_' } else { c };
    text.chars().map(safe).collect::<String>().replace("*/", "* /").replace("/*", "/ *")
}

/// A C name made of any text; a name that is not plain ASCII gets its hash, so that two of them stay apart.
pub(super) fn identifier(text: &str) -> String {
    let mut name: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "model_");
    }
    // A C compiler need not tell apart names longer than 63 characters.
    name.truncate(40);
    if !text.is_ascii() {
        name += &format!("_{:08x}", adit_node::text_hash(text));
    }
    name
}

/// Constant tables, with their size in bytes.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) text: String,
    pub(super) bytes: usize,
}

impl Tables {
    pub(super) fn floats(&mut self, name: &str, values: &[f32]) -> String {
        self.table("float", name, values.iter().map(|v| float(*v)))
    }

    pub(super) fn numbers(&mut self, name: &str, values: &[usize]) -> String {
        self.table("uint32_t", name, values.iter().map(|v| format!("{v}u")))
    }

    /// Writes the table and gives its name.
    fn table(&mut self, kind: &str, name: &str, values: impl Iterator<Item = String>) -> String {
        let values: Vec<String> = values.collect();
        self.bytes += 4 * values.len();
        self.text += &format!(
            "static const {kind} {name}[{}] = {{\n{}}};\n",
            values.len(),
            wrapped(&values)
        );
        name.to_owned()
    }
}

/// Values in lines of at most six.
pub(super) fn wrapped(values: &[String]) -> String {
    values.chunks(6).map(|line| format!("    {},\n", line.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_digits_are_enough() {
        for bits in (0..=u32::MAX).step_by(99_991) {
            let v = f32::from_bits(bits);
            if v.is_finite() {
                let text = float(v);
                assert_eq!(
                    text.trim_end_matches('f').parse::<f32>().unwrap().to_bits(),
                    bits,
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn nothing_breaks_out_of_a_comment_or_string() {
        assert_eq!(plain("a*/b\"c\\d\n??/"), "a* /b_c_d___/");
        assert_eq!(identifier("2020 Fe (total)"), "model_2020_fe__total_");
    }
}
