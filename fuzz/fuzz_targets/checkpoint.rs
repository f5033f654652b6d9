#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vae_playground_fuzz::readers::checkpoint(bytes);
});

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    vae_playground_fuzz::mutate::safetensors(bytes, size, max_size, seed)
});
