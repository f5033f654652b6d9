//! Importance-weighted likelihoods on the CPU.
#![cfg(not(target_arch = "wasm32"))]

mod likelihood;
mod oracle;

use vae_playground::backend::Choice;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::ReasonCode;

fn executor(params: u32) -> CpuExecutor {
    CpuExecutor::new(params, ReasonCode::Requested, "a test")
}

#[test]
fn an_exact_posterior_gives_the_likelihood() {
    likelihood::an_exact_posterior_gives_the_likelihood(executor);
}

#[test]
fn many_draws_come_close_to_the_likelihood() {
    likelihood::many_draws_come_close_to_the_likelihood(executor, 20_000);
}

#[test]
fn the_mixture_does_without_a_good_encoder() {
    likelihood::the_mixture_does_without_a_good_encoder(executor, 20_000);
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
fn bad_requests_are_refused() {
    likelihood::bad_requests_are_refused(executor);
}

#[test]
fn evaluation_by_protocol() {
    likelihood::evaluation_by_protocol(Choice::Cpu);
}
