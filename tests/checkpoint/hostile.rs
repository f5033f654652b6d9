//! Bytes that are no safetensors file, or one that lies: each is a typed error that says what is wrong.

use proptest::prelude::*;
use vae_playground::Error;
use vae_playground::checkpoint::{Precision, load};

use crate::files::{edited, entry, file, problem, refused, saved, small_spec};

#[test]
fn what_is_no_safetensors_file_is_refused() {
    refused(&[], "the file is empty");
    refused(&[1, 2, 3], "cut short within its first 8 bytes");
    refused(&(1_u64 << 63).to_le_bytes(), "a header of 9223372036854775808 bytes, expected at most 1048576");
    refused(&u64::MAX.to_le_bytes(), "a header of 18446744073709551615 bytes");
    refused(&100_u64.to_le_bytes(), "0 bytes after the first 8, expected a header of 100");
    refused(b"PK\x03\x04 and so on", "torch.save");
    refused(&file("not json", 0), "header: ");
    refused(&file("[]", 0), "header: ");
    refused(&file(r#"{"__metadata__":{"spec":7}}"#, 0), "header: ");
    refused(&file("{}", 0), "no spec in the metadata");
    let mut not_utf8 = file(r#"{"__metadata__":{"spec":"?"}}"#, 0);
    let at = not_utf8.iter().position(|&b| b == b'?').unwrap();
    not_utf8[at] = 0xff;
    refused(&not_utf8, "header: ");
    let deep = r#"{"a":"#.repeat(60_000) + &"}".repeat(60_000);
    refused(&file(&deep, 0), "header: ");
    let deep = r#"{"a":{"shape":"#.to_owned() + &"[".repeat(1 << 19);
    refused(&file(&deep, 0), "header: ");
}

#[test]
fn every_cut_of_a_checkpoint_is_refused() {
    let (_, bytes) = saved(&small_spec(), Precision::F32);
    for length in 0..bytes.len() {
        assert!(matches!(load(&bytes[..length]), Err(Error::InvalidCheckpoint(_))), "first {length} bytes");
    }
    let mut longer = bytes;
    longer.extend([0; 4]);
    refused(&longer, "4 bytes after the last tensor");
}

#[test]
fn a_header_as_long_as_may_be_is_read_and_one_longer_is_not() {
    let (checkpoint, bytes) = saved(&small_spec(), Precision::F32);
    let len = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let with_length = |length: usize| {
        let mut header = bytes[8..8 + len].to_vec();
        header.resize(length, b' ');
        [&(length as u64).to_le_bytes()[..], &header, &bytes[8 + len..]].concat()
    };
    assert_eq!(load(&with_length(1 << 20)).unwrap(), checkpoint);
    refused(&with_length((1 << 20) + 1), "a header of 1048577 bytes, expected at most 1048576");
}

#[test]
fn nothing_may_be_there_twice() {
    let bias = r#""encoder.0.bias":{"dtype":"F32","shape":[3],"data_offsets":[48,60]}"#;
    refused(&edited(bias, &format!("{bias},{bias}")), "encoder.0.bias is there twice");
    // The same name, spelt with an escape.
    let escaped = bias.replace("encoder", r"\u0065ncoder");
    refused(&edited(bias, &format!("{bias},{escaped}")), "encoder.0.bias is there twice");
    refused(&edited(r#""epochs":"10""#, r#""epochs":"10","epochs":"11""#), "epochs is there twice");
    refused(&edited(r#""spec":"#, r#""spec":"{}","spec":"#), "spec is there twice");
    refused(
        &edited(r#""__metadata__":"#, r#""__metadata__":{},"__metadata__":"#),
        "duplicate field `__metadata__`",
    );
    refused(&edited(r#""dtype":"F32""#, r#""dtype":"F32","dtype":"F16""#), "duplicate field `dtype`");
    refused(&edited(r#"\"latent\":1"#, r#"\"latent\":1,\"latent\":2"#), "duplicate field `latent`");
    let units = r#"\"units\":2"#;
    refused(&edited(units, &format!("{units},{units}")), "duplicate field `units`");
    let kind = r#"\"type\":\"linear\""#;
    refused(&edited(kind, &format!("{kind},{kind}")), "duplicate field `type`");
}

#[test]
fn offsets_that_lie_are_refused_and_named() {
    // encoder.0.weight is the first tensor, 3×4 floats; encoder.0.bias the second.
    refused(
        &edited("[0,48]", "[0,44]"),
        "tensor encoder.0.weight has 44 bytes for F32 values of shape [3, 4]",
    );
    refused(
        &edited("[0,48]", "[4,48]"),
        "tensor encoder.0.weight has bytes 4 to 48, expected them to start at 0",
    );
    refused(
        &edited("[48,60]", "[40,52]"),
        "tensor encoder.0.bias has bytes 40 to 52, expected them to start at 48",
    );
    refused(&edited("[48,60]", "[60,48]"), "tensor encoder.0.bias has bytes 60 to 48");
    refused(&edited("[48,60]", "[48,18446744073709551615]"), "but the file ends at");
    refused(&edited("[48,60]", "[48,18446744073709551616]"), "header: ");
    refused(&edited("[48,60]", "[-1,60]"), "header: ");
    let wraps = r#"{"fc1.weight":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#;
    refused(&file(wraps, 0), "tensor fc1.weight has 0 bytes for F32 values of shape");
    // Eight of these fill 2^64 bytes but one; a sum of offsets and lengths would wrap.
    let eighth = u64::MAX / 8;
    let huge: Vec<String> = (0..8_u64)
        .map(|i| {
            format!(
                r#""t{i}":{{"dtype":"U8","shape":[{eighth}],"data_offsets":[{},{}]}}"#,
                i * eighth,
                (i + 1) * eighth
            )
        })
        .collect();
    refused(&file(&format!("{{{}}}", huge.join(",")), 0), "but the file ends at 0");
}

#[test]
fn bytes_that_two_tensors_share_or_none_has_are_refused() {
    let all = [0, 16];
    let shared = [entry("a", "F32", "[4]", all), entry("b", "F32", "[4]", all)].join(",");
    refused(&file(&format!("{{{shared}}}"), 16), "tensor b has bytes 0 to 16, expected them to start at 16");
    let inner = [entry("a", "F32", "[4]", all), entry("b", "F32", "[1]", [4, 8])].join(",");
    refused(&file(&format!("{{{inner}}}"), 16), "tensor b has bytes 4 to 8, expected them to start at 16");
    let hole = [entry("a", "F32", "[1]", [0, 4]), entry("b", "F32", "[1]", [8, 12])].join(",");
    refused(&file(&format!("{{{hole}}}"), 12), "tensor b has bytes 8 to 12, expected them to start at 4");
}

#[test]
fn bombs_of_json_are_refused_in_few_words() {
    let brief = |header: &str, because: &str| {
        let problem = problem(&file(header, 0));
        assert!(problem.contains(because) && problem.len() < 1000, "{problem:?} does not say {because:?}");
    };
    let megabyte = "x".repeat(1_000_000);
    brief(&format!("{{{}}}", entry(&megabyte, "F32", "[0]", [0, 0])), "no spec in the metadata");
    brief(
        &format!("{{{}}}", entry(&megabyte, "F32", "[1]", [0, 0])),
        "xxx has 0 bytes for F32 values of shape [1]",
    );
    brief(&format!("{{{}}}", entry("t", &megabyte, "[1]", [0, 0])), "unknown variant `xxx");
    brief(&format!(r#"{{"__metadata__":{{"spec":"{megabyte}"}}}}"#), "expected value");
    brief(&format!(r#"{{"__metadata__":{{"spec":"{{\"{megabyte}\":1}}"}}}}"#), "unknown field `xxx");
    let ones = format!("[{}1]", "1,".repeat(500_000));
    brief(&format!("{{{}}}", entry("fc1.weight", "F32", &ones, [0, 0])), "1, 1]");
    let spaces = " ".repeat(1_000_000);
    brief(&format!("{{{spaces}}}"), "no spec in the metadata");
    let tensors: Vec<String> = (0..15_000).map(|i| entry(&format!("t{i}"), "U8", "[0]", [0, 0])).collect();
    brief(&format!("{{{}}}", tensors.join(",")), "there is no tensor fc1.weight");
    let terminal = entry(r"a\u001b[2J\nb\u202e", "F32", "[1]", [0, 0]);
    brief(&format!("{{{terminal}}}"), r"tensor a\u{1b}[2J\nb\u{202e} has 0 bytes");
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), short in any::<bool>()) {
        let mut bytes = bytes;
        // Half of the cases get past the length, to the JSON.
        let rest = bytes.len().saturating_sub(8) as u64;
        if short && let Some(len) = bytes.first_chunk_mut::<8>() {
            *len = rest.to_le_bytes();
        }
        prop_assert!(matches!(load(&bytes), Err(Error::InvalidCheckpoint(_))));
    }

    #[test]
    fn a_damaged_checkpoint_is_refused_or_still_a_model(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let (_, mut bytes) = saved(&small_spec(), Precision::F32);
        let at = at.index(bytes.len());
        bytes[at] = value;
        match load(&bytes) {
            Ok(read) => prop_assert!(read.params.iter().all(|v| v.is_finite())),
            Err(e) => prop_assert_eq!(e.code(), "invalid-checkpoint"),
        }
    }
}
