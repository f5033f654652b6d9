//! Training runs on a GPU adapter; without one these tests fail.

mod runs;

use vae_playground::backend::Choice;

runs_on!(
    Choice::WebGpu,
    every_step_and_epoch_is_reported_once,
    losses_fall,
    a_fault_restores_the_last_good_parameters,
    a_last_bad_update_is_found,
    same_seed_same_bits,
    resuming_continues_the_same_run,
    settings_act_at_once_and_bad_ones_change_nothing,
    bad_input_is_refused_and_loses_nothing,
    a_checkpoint_survives_a_round_trip,
    another_model_can_be_loaded_in_place,
    small_and_large_requests_agree,
);
