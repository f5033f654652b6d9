//! Files in good form that hold no model, or not the one they say: each error names the tensor or the place.

use vae_playground::checkpoint::Precision;

use crate::files::{edited, entry, file, refused, saved, small_spec};

#[test]
fn tensors_that_do_not_fit_the_model_are_refused_and_named() {
    refused(&edited("[3,4]", "[4,3]"), "tensor encoder.0.weight has shape [4, 3], expected [3, 4]");
    refused(&edited("[3,4]", "[12]"), "tensor encoder.0.weight has shape [12], expected [3, 4]");
    refused(&edited(r#""F32""#, r#""I32""#), "has type I32, expected F32 or F16");
    refused(&edited(r#""F32""#, r#""Q5""#), "header: ");
    refused(&edited(r#""mu.bias""#, r#""my.bias""#), "tensor mu.bias is missing");
    let text = r#"\"latent\":1"#;
    refused(&edited(text, r#"\"latent\":2"#), "tensor mu.weight has shape [1, 2], expected [2, 2]");
    refused(&edited(text, r#"\"latent\":0"#), "latent: 0, expected 1 to 4096");
    refused(&edited(text, r#"\"latent\":-3"#), "spec, line 1");
    refused(&edited(text, r#"\"latent\":1,\"colour\":2"#), "unknown field");
    let extra = edited(r#""mu.bias""#, r#""nu":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"mu.bias""#);
    refused(&extra, "tensor nu has no place in the model");
}

#[test]
fn shapes_that_hold_nothing_or_too_much_are_refused() {
    refused(&edited("[3,4]", "[0,4]"), "tensor encoder.0.weight has 48 bytes for F32 values of shape [0, 4]");
    let empty = entry("fc1.weight", "F32", "[0,784]", [0, 0]);
    let heads = entry("fc21.weight", "F32", "[0,0]", [0, 0]);
    let decoder = entry("fc3.weight", "F32", "[0,0]", [0, 0]);
    let output = entry("fc4.weight", "F32", "[784,0]", [0, 0]);
    refused(&file(&format!("{{{empty},{heads},{decoder},{output}}}"), 0), "latent: 0, expected 1 to 4096");
    for shape in [
        "[9223372036854775808,4,0]",
        "[4294967296,4294967296]",
        "[18446744073709551615,18446744073709551615]",
    ] {
        let header = format!("{{{}}}", entry("fc1.weight", "F32", shape, [0, 0]));
        refused(&file(&header, 0), "tensor fc1.weight has 0 bytes for F32 values of shape");
    }
    for shape in [
        "[18446744073709551616]",
        "[-1]",
        "[1.5]",
        "[1e400]",
        "[1e9999999999999999999]",
        "[\"4\"]",
        "[null]",
        "4",
        "{}",
    ] {
        let header = format!("{{{}}}", entry("fc1.weight", "F32", shape, [0, 0]));
        refused(&file(&header, 0), "header: ");
    }
    let digits = format!("[{}]", "9".repeat(500_000));
    refused(&file(&format!("{{{}}}", entry("fc1.weight", "F32", &digits, [0, 0])), 0), "header: ");
}

#[test]
fn types_other_than_floats_of_32_and_16_bits_are_refused_and_named() {
    let (_, bytes) = saved(&small_spec(), Precision::F32);
    let len = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + len]).unwrap();
    let sizes = [
        ("BOOL", 1),
        ("U8", 1),
        ("I8", 1),
        ("F8_E4M3", 1),
        ("F8_E5M2", 1),
        ("I16", 2),
        ("U16", 2),
        ("BF16", 2),
        ("I32", 4),
        ("U32", 4),
        ("F64", 8),
        ("I64", 8),
        ("U64", 8),
        ("C64", 8),
    ];
    for (dtype, size) in sizes {
        // The last tensor gets another type, and as many bytes as that asks for.
        let mut header = header.clone();
        let from = header["output.bias"]["data_offsets"][0].as_u64().unwrap() as usize;
        header["output.bias"]["dtype"] = dtype.into();
        header["output.bias"]["data_offsets"][1] = (from + 4 * size).into();
        let other = file(&header.to_string(), from + 4 * size);
        refused(&other, &format!("tensor output.bias has type {dtype}, expected F32 or F16"));
    }
}

#[test]
fn weights_that_are_not_finite_are_refused_and_named() {
    for (bits, shown) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let (_, mut bytes) = saved(&small_spec(), Precision::F32);
        let data = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        bytes[data + 48 + 4..][..4].copy_from_slice(&bits.to_le_bytes());
        refused(&bytes, &format!("tensor encoder.0.bias: value 1 is {shown}, expected a finite number"));
    }
    let (_, mut bytes) = saved(&small_spec(), Precision::F16);
    let end = bytes.len();
    bytes[end - 2..].copy_from_slice(&[0, 0x7c]);
    refused(&bytes, "tensor output.bias: value 3 is inf");
}

#[test]
fn a_spec_with_too_many_parameters_is_refused() {
    let layer = r#"{"type":"linear","units":5792}"#;
    let layers = vec![layer; 64].join(",");
    let spec = format!(
        r#"{{"input":{{"channels":1,"height":5,"width":1158}},"encoder":[{layers}],"latent":1,"decoder":[{layers}]}}"#
    );
    let header = format!(r#"{{"__metadata__":{{"spec":{}}}}}"#, serde_json::to_string(&spec).unwrap());
    refused(&file(&header, 0), "parameters in all, expected at most 33554432");
}

#[test]
fn a_spec_that_is_a_bomb_is_refused() {
    let with_spec = |spec: &str| {
        let header = format!(r#"{{"__metadata__":{{"spec":{}}}}}"#, serde_json::to_string(spec).unwrap());
        file(&header, 0)
    };
    refused(&with_spec(&"[".repeat(500_000)), "spec, line 1");
    refused(&with_spec(&r#"{"encoder":"#.repeat(80_000)), "spec, line 1");
    let nested = r#"{"encoder":[{"type":"linear","units":"#.to_owned() + &"[".repeat(400_000);
    refused(&with_spec(&nested), "spec, line 1");
    for spec in ["", "null", "7", "\"dense-20\"", "[]", "{}", "{", "\u{0}"] {
        refused(&with_spec(spec), "spec, line ");
    }
    let layer = r#"{"type":"linear","units":1}"#;
    let layers = vec![layer; 20_000].join(",");
    let spec = |layers: &str, latent: &str| {
        format!(
            r#"{{"input":{{"channels":1,"height":2,"width":2}},"encoder":[{layers}],"latent":{latent},"decoder":[]}}"#
        )
    };
    refused(&with_spec(&spec(&layers, "1")), "encoder: 20000 layers, expected at most 64");
    for latent in ["4294967296", "-1", "1e3", "1.0", "99999999999999999999999999"] {
        refused(&with_spec(&spec(layer, latent)), "spec, line 1");
    }
    refused(&with_spec(&spec(layer, "4294967295")), "latent: 4294967295, expected 1 to 4096");
}
