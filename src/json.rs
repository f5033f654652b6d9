//! JSON text of this crate's own values.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Compact text whose numbers are formatted as everywhere else: a second way to do it would cost the browser another
/// 12 KB, most of them tables.
struct Plain;

impl Formatter for Plain {
    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        write!(writer, "{value}")
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{value}")
    }
}

/// `value` as one line: the fewest digits that give the same float again, null where it is not finite.
///
/// # Panics
/// For a map whose keys are no strings; no type of this crate has one.
pub(crate) fn to_string(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, Plain)).expect("every key is a string");
    String::from_utf8(text).expect("JSON is UTF-8")
}

#[cfg(test)]
mod tests {
    use super::to_string;

    #[test]
    fn floats_survive() {
        for value in [0.0, -0.0, 0.1, 1.0, 1e-8, 1e-45, 16_777_216.0, 3.4e38, std::f32::consts::FRAC_1_SQRT_2]
        {
            let text = to_string(&value);
            assert_eq!(text.parse::<f32>().unwrap().to_bits(), value.to_bits(), "{text}");
            assert_eq!(serde_json::from_str::<f32>(&text).unwrap().to_bits(), value.to_bits(), "{text}");
        }
        for value in [1e-300, 0.1, 5e-324, 1.797e308, 123_456.789] {
            assert_eq!(to_string(&value).parse::<f64>().unwrap(), value);
        }
        assert_eq!(to_string(&(1.0, f64::NAN, f32::INFINITY, "a\"b")), r#"[1,null,null,"a\"b"]"#);
    }
}
