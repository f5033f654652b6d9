#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vae_playground_fuzz::readers::spec(bytes);
});
