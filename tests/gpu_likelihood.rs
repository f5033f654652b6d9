//! Importance-weighted likelihoods on the GPU; without an adapter these tests fail.
#![cfg(not(target_arch = "wasm32"))]

#[path = "gpu/device.rs"]
mod device;
mod likelihood;
mod oracle;

use device::executor;
use vae_playground::backend::Choice;

#[test]
fn an_exact_posterior_gives_the_likelihood() {
    likelihood::an_exact_posterior_gives_the_likelihood(executor);
}

#[test]
fn many_draws_come_close_to_the_likelihood() {
    likelihood::many_draws_come_close_to_the_likelihood(executor, 2000);
}

#[test]
fn the_mixture_does_without_a_good_encoder() {
    likelihood::the_mixture_does_without_a_good_encoder(executor, 2000);
}

#[test]
fn estimates_use_the_documented_noise() {
    likelihood::estimates_use_the_documented_noise(executor);
}

#[test]
fn pieces_and_seeds() {
    likelihood::pieces_and_seeds(executor);
}

#[test]
fn evaluation_by_protocol() {
    likelihood::evaluation_by_protocol(Choice::WebGpu);
}
