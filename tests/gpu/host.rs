//! What the executor does around the kernels: transfers, waits, order of effects, refusals.

use vae_playground::Error;
use vae_playground::executor::{Counters, Executor, Phase, ReasonCode, StepMetrics};
use vae_playground::gpu::{Adapter, GpuExecutor};
use vae_playground::op::{Space, Split, View};
use vae_playground::optim::{Optimizer, Rule};

use crate::executor;
use crate::model::{Model, images};

fn loaded(model: &Model) -> (GpuExecutor, vae_playground::executor::ProgramId) {
    let mut gpu = executor(model.layout.len);
    let program = model.load(&mut gpu);
    (gpu, program)
}

fn difference(after: Counters, before: Counters) -> Counters {
    Counters {
        steps: after.steps - before.steps,
        dispatches: after.dispatches - before.dispatches,
        submissions: after.submissions - before.submissions,
        uploaded_bytes: after.uploaded_bytes - before.uploaded_bytes,
        uploads: after.uploads - before.uploads,
        waits: after.waits - before.waits,
    }
}

#[test]
fn many_steps_are_one_submission_with_one_transfer_and_no_wait() {
    let model = Model::new("dense-20", Rule::ADAM, 4, 32);
    let (mut gpu, program) = loaded(&model);
    let before = gpu.counters();
    let ticket = gpu.run(program, Phase::All, &model.steps(1, 32)).unwrap();
    let done = difference(gpu.counters(), before);
    assert_eq!((done.steps, done.submissions, done.uploads, done.waits), (32, 1, 1, 0));
    assert_eq!(done.dispatches, 6 * 32, "for 32 steps");
    assert!(done.uploaded_bytes <= 256 * 32);
    pollster::block_on(gpu.collect(ticket)).unwrap();
    assert_eq!(difference(gpu.counters(), before).waits, 1);
}

fn losses(gpu: &mut GpuExecutor, ticket: vae_playground::executor::Ticket) -> Vec<StepMetrics> {
    pollster::block_on(gpu.collect(ticket)).unwrap()
}

#[test]
fn runs_under_way_together_give_what_runs_one_by_one_give() {
    let model = Model::new("rmsprop-10", Rule::ADAM, 8, 64);
    let (mut gpu, program) = loaded(&model);
    let mut one_by_one = Vec::new();
    for t in 1..=24 {
        let ticket = gpu.run(program, Phase::All, &model.steps(t, 1)).unwrap();
        one_by_one.extend(losses(&mut gpu, ticket));
    }
    assert!(one_by_one.iter().all(|m| m.recon.is_finite() && m.kl > 0.0 && m.rows == 8.0), "{one_by_one:?}");
    assert!(one_by_one[23].recon < 0.9 * one_by_one[0].recon, "{one_by_one:?}");

    let (mut gpu, program) = loaded(&model);
    // More tickets than staging buffers: the oldest is read from the ring itself.
    let tickets: Vec<_> =
        (0..6).map(|i| gpu.run(program, Phase::All, &model.steps(1 + 4 * i, 4)).unwrap()).collect();
    let together: Vec<StepMetrics> = tickets.into_iter().flat_map(|t| losses(&mut gpu, t)).collect();
    assert_eq!(together, one_by_one);
}

#[test]
fn a_step_in_two_phases_is_the_whole_step() {
    let clipped = Optimizer { rule: Rule::ADAM, weight_decay: 1e-3, max_norm: Some(0.5) };
    let model = Model::new("rmsprop-10", clipped, 8, 4);
    let (mut whole, program) = loaded(&model);
    whole.run(program, Phase::All, &model.steps(1, 1)).unwrap();
    let params = model.whole(Space::Params);
    let expected = pollster::block_on(whole.read(None, params)).unwrap();

    let (mut gpu, program) = loaded(&model);
    let start = pollster::block_on(gpu.read(None, params)).unwrap();
    gpu.run(program, Phase::Gradients, &model.steps(1, 1)).unwrap();
    assert_eq!(pollster::block_on(gpu.read(None, params)).unwrap(), start);
    let grads = pollster::block_on(gpu.read(None, model.whole(Space::Grads))).unwrap();
    let norm: f64 = grads.iter().map(|&g| f64::from(g).powi(2)).sum();
    let ticket = gpu.run(program, Phase::Update, &model.steps(1, 1)).unwrap();
    let metrics = losses(&mut gpu, ticket);
    assert!((f64::from(metrics[0].grad_norm_squared) - norm).abs() < 1e-5 * norm, "{metrics:?}, {norm}");
    assert_eq!(pollster::block_on(gpu.read(None, params)).unwrap(), expected);
    assert_ne!(expected, start);
}

#[test]
fn snapshots_bring_parameters_and_moments_back() {
    let model = Model::new("rmsprop-10", Rule::ADAM, 8, 8);
    let (mut gpu, program) = loaded(&model);
    let run = |gpu: &mut GpuExecutor, t| {
        let ticket = gpu.run(program, Phase::All, &model.steps(t, 4)).unwrap();
        losses(gpu, ticket)
    };
    run(&mut gpu, 1);
    gpu.snapshot(1);
    let first = run(&mut gpu, 5);
    gpu.restore(1);
    assert_eq!(run(&mut gpu, 5), first);
    gpu.restore(1);
    gpu.clear_moments();
    for space in [Space::Grads, Space::Moment1, Space::Moment2] {
        let values = pollster::block_on(gpu.read(None, model.whole(space))).unwrap();
        assert!(values.iter().all(|&v| v == 0.0), "{space:?}");
    }
    assert_ne!(run(&mut gpu, 5), first);
}

#[test]
fn a_dataset_may_come_after_the_plan_and_be_replaced() {
    let model = Model::new("rmsprop-10", Rule::ADAM, 8, 8);
    let mut gpu = executor(model.layout.len);
    let program = gpu.compile(&model.plan).unwrap();
    let refused = gpu.run(program, Phase::All, &model.steps(1, 1));
    assert!(matches!(refused, Err(Error::InvalidArgument { .. })), "{refused:?}");
    gpu.set_dataset(Split::Train, images(9, 100), 100).unwrap();
    let refused = gpu.run(program, Phase::All, &model.steps(1, 1));
    assert!(matches!(refused, Err(Error::InvalidArgument { .. })), "{refused:?}");
    gpu.set_dataset(Split::Train, model.images.clone(), 784).unwrap();
    gpu.set_order(Split::Train, &[4; 100]).unwrap();
    gpu.set_order(Split::Train, &[]).unwrap();
    let refused = gpu.run(program, Phase::All, &model.steps(1, 1));
    assert!(matches!(refused, Err(Error::InvalidArgument { .. })), "{refused:?}");
    gpu.set_order(Split::Train, &[4; 100]).unwrap();
    gpu.run(program, Phase::All, &model.steps(1, 1)).unwrap();
    let x = model.plan.ports.input.unwrap();
    let x = pollster::block_on(gpu.read(Some(program), x)).unwrap();
    for image in x.chunks(784) {
        let bytes: Vec<u8> = image.iter().map(|&v| (255.0 * v).round() as u8).collect();
        assert_eq!(bytes, model.images[4 * 784..5 * 784]);
    }
}

#[test]
fn labels_are_asked_for_and_go_with_their_images() {
    let model = Model::new("cvae-20", Rule::ADAM, 4, 4);
    let mut gpu = executor(model.layout.len);
    let program = gpu.compile(&model.plan).unwrap();
    let refused = |gpu: &mut GpuExecutor| {
        let run = gpu.run(program, Phase::All, &model.steps(1, 1));
        assert!(matches!(&run, Err(Error::InvalidArgument { what, .. }) if what == "labels"), "{run:?}");
    };
    gpu.set_dataset(Split::Train, model.images.clone(), 784).unwrap();
    refused(&mut gpu);
    for wrong in [0, model.count - 1, model.count + 1] {
        let labels = vec![0; wrong as usize].into();
        assert!(matches!(gpu.set_labels(Split::Train, labels), Err(Error::InvalidArgument { .. })));
    }
    let one = vec![0].into();
    assert!(matches!(gpu.set_labels(Split::Test, one), Err(Error::InvalidArgument { .. })));
    refused(&mut gpu);

    let one_hot = |gpu: &mut GpuExecutor, labels: &[u8]| {
        gpu.run(program, Phase::All, &model.steps(1, 1)).unwrap();
        let y = pollster::block_on(gpu.read(Some(program), model.plan.ports.labels.unwrap())).unwrap();
        let first = model.steps(1, 1)[0].first as usize;
        for (row, label) in y.chunks(10).zip(&labels[first..]) {
            let expected: Vec<f32> = (0..10).map(|class| f32::from(u8::from(class == *label))).collect();
            assert_eq!(row, expected);
        }
    };
    gpu.set_labels(Split::Train, model.labels.clone()).unwrap();
    one_hot(&mut gpu, &model.labels);
    // Other labels, one of them past the classes.
    let others: Vec<u8> = (0..model.count).map(|i| (i % 11) as u8).collect();
    gpu.set_labels(Split::Train, others.clone().into()).unwrap();
    one_hot(&mut gpu, &others);
    gpu.set_dataset(Split::Train, model.images.clone(), 784).unwrap();
    refused(&mut gpu);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_lost() {
    let model = Model::new("rmsprop-10", Rule::ADAM, 8, 4);
    let (mut gpu, program) = loaded(&model);
    let params = model.whole(Space::Params);
    let start = pollster::block_on(gpu.read(None, params)).unwrap();
    let step = model.steps(1, 1)[0];
    let mut refuse = |what: &str, steps: &[vae_playground::op::Step]| {
        let refused = gpu.run(program, Phase::All, steps);
        assert!(matches!(refused, Err(Error::InvalidArgument { .. })), "{what}: {refused:?}");
    };
    refuse("no rows", &[vae_playground::op::Step { rows: 0, ..step }]);
    refuse("too many rows", &[vae_playground::op::Step { rows: 9, ..step }]);
    refuse("a slot past the ring", &[vae_playground::op::Step { slot: 4, ..step }]);
    refuse("images past the order", &[vae_playground::op::Step { first: model.count - 7, ..step }]);
    refuse("an overflow", &[vae_playground::op::Step { first: u32::MAX, ..step }]);
    refuse("more steps than slots", &[step; 5]);

    let bad = [
        gpu.set_dataset(Split::Train, images(1, 100), 784),
        gpu.set_dataset(Split::Train, images(1, 100), 0),
        gpu.set_order(Split::Train, &[0, model.count]),
        gpu.set_order(Split::Test, &[0]),
        gpu.write(None, View { len: 2, ..params }, &[0.0; 3]),
        gpu.write(None, View { len: 2, ..params }, &[0.0; 1]),
        gpu.write(None, View { offset: params.len, len: 1, ..params }, &[0.0]),
        gpu.write(None, View { space: Space::Local(0), offset: 0, len: 1 }, &[0.0]),
        gpu.write(Some(program), View { space: Space::Local(999), offset: 0, len: 1 }, &[0.0]),
        gpu.write(None, View { space: Space::Images(Split::Train), offset: 0, len: 1 }, &[0.0]),
    ];
    for (i, refused) in bad.iter().enumerate() {
        assert!(matches!(refused, Err(Error::InvalidArgument { .. })), "{i}: {refused:?}");
    }
    let mut other = model.plan.clone();
    other.params += 64;
    assert!(matches!(gpu.compile(&other), Err(Error::InvalidArgument { .. })));
    gpu.release(program);
    assert!(matches!(gpu.run(program, Phase::All, &[step]), Err(Error::InvalidArgument { .. })));
    assert_eq!(pollster::block_on(gpu.read(None, params)).unwrap(), start);
}

#[test]
fn a_model_over_the_limits_is_refused_with_the_numbers() {
    for len in [0, (128 << 20) / 4 + 1] {
        let refused = pollster::block_on(GpuExecutor::new(crate::adapter(), len, ReasonCode::Requested, ""));
        let problem = refused.map(|_| ()).unwrap_err();
        assert!(matches!(&problem, Error::Unsupported(why) if why.contains(&len.to_string())), "{problem}");
    }
}

#[test]
fn a_broken_shader_is_an_error_with_its_name() {
    let model = Model::new("rmsprop-10", Rule::ADAM, 8, 4);
    // On a device of its own: errors belong to devices, and other tests share one.
    let adapter = pollster::block_on(Adapter::request()).unwrap();
    let gpu = GpuExecutor::new(adapter, model.layout.len, ReasonCode::Requested, "a test");
    let mut gpu = pollster::block_on(gpu).unwrap();
    assert!(gpu.replace_shader("convolution", str::to_owned).is_err());
    gpu.replace_shader("adam", |text| text.replace("let m =", "let m = nonsense +")).unwrap();
    let refused = gpu.compile(&model.plan);
    assert!(
        matches!(&refused, Err(Error::Unsupported(why)) if why.contains("adam") && why.contains("nonsense")),
        "{refused:?}"
    );
    gpu.replace_shader("adam", str::to_owned).unwrap();
    gpu.compile(&model.plan).unwrap();
}

#[test]
fn a_lost_device_answers_every_call() {
    let model = Model::new("rmsprop-10", Rule::ADAM, 8, 4);
    let adapter = pollster::block_on(Adapter::request()).unwrap();
    let gpu = GpuExecutor::new(adapter.clone(), model.layout.len, ReasonCode::Requested, "a test");
    let mut gpu = pollster::block_on(gpu).unwrap();
    let program = model.load(&mut gpu);
    let ticket = gpu.run(program, Phase::All, &model.steps(1, 1)).unwrap();
    adapter.close();
    let params = model.whole(Space::Params);
    let lost = |result: vae_playground::Result<()>| {
        assert!(matches!(result, Err(Error::DeviceLost(_))), "{result:?}");
    };
    lost(gpu.run(program, Phase::All, &model.steps(2, 1)).map(|_| ()));
    lost(pollster::block_on(gpu.collect(ticket)).map(|_| ()));
    lost(pollster::block_on(gpu.read(None, params)).map(|_| ()));
    lost(gpu.write(None, params, &vec![0.0; params.len as usize]));
    lost(gpu.set_order(Split::Train, &[0]));
    lost(gpu.set_dataset(Split::Train, images(1, 784), 784));
    lost(gpu.compile(&model.plan).map(|_| ()));
    gpu.clear_moments();
    gpu.snapshot(0);
    gpu.restore(0);
    gpu.release(program);
    lost(pollster::block_on(GpuExecutor::new(adapter, 64, ReasonCode::Requested, "")).map(|_| ()));
}

#[test]
fn a_nan_in_any_weight_reaches_the_losses() {
    let model = Model::new("dense-20", Rule::ADAM, 4, 4);
    for tensor in model.layout.tensors.iter().filter(|t| t.name.ends_with("weight")) {
        let (mut gpu, program) = loaded(&model);
        // The whole first output: images may be black where one weight looks.
        let offset = tensor.range.start as u32;
        let row = View { space: Space::Params, offset, len: tensor.fan_in };
        gpu.write(None, row, &vec![f32::NAN; tensor.fan_in as usize]).unwrap();
        let ticket = gpu.run(program, Phase::All, &model.steps(1, 1)).unwrap();
        let loss = losses(&mut gpu, ticket)[0];
        assert!(!(loss.recon + loss.kl).is_finite(), "{}: {loss:?}", tensor.name);
    }
}

#[test]
fn a_profile_has_every_dispatch_of_a_step() {
    let model = Model::new("dense-20", Rule::ADAM, 4, 4);
    let (mut gpu, program) = loaded(&model);
    let profile = pollster::block_on(gpu.profile(program, &model.steps(1, 1)[0]));
    let timings = match profile {
        Err(Error::Unsupported(why)) => return assert!(why.contains("no time"), "{why}"),
        timings => timings.unwrap(),
    };
    let kernels: Vec<&str> = timings.iter().map(|t| t.kernel).collect();
    let expected = [
        "fused/gather_linear",
        "fused/latent",
        "linear_loss",
        "linear_grad_input",
        "fused/latent_grad",
        "fused/update_adam",
    ];
    assert_eq!(kernels, expected);
    assert!(timings.iter().all(|t| t.nanoseconds >= 0.0 && t.workgroups[0] > 0), "{timings:?}");
    assert!(timings.iter().map(|t| t.nanoseconds).sum::<f64>() > 0.0, "{timings:?}");
    // It was a step like any other.
    let profiled = pollster::block_on(gpu.read(None, model.whole(Space::Params))).unwrap();
    let (mut gpu, program) = loaded(&model);
    gpu.run(program, Phase::All, &model.steps(1, 1)).unwrap();
    assert_eq!(pollster::block_on(gpu.read(None, model.whole(Space::Params))).unwrap(), profiled);
}

#[test]
fn timed_tiles_are_taken_and_nothing_else_changes() {
    let model = Model::new("dense-20", Rule::ADAM, 8, 4);
    let (mut gpu, program) = loaded(&model);
    let step = model.steps(1, 1)[0];
    gpu.run(program, Phase::All, &[step]).unwrap();
    let arenas = [Space::Params, Space::Moment1, Space::Moment2];
    let read = |gpu: &mut GpuExecutor| {
        arenas.map(|space| pollster::block_on(gpu.read(None, model.whole(space))).unwrap())
    };
    let before = read(&mut gpu);
    match pollster::block_on(gpu.tune(&model.plan, &step)) {
        Err(Error::Unsupported(why)) => return assert!(why.contains("no time"), "{why}"),
        tuned => tuned.unwrap(),
    }
    assert_eq!(read(&mut gpu), before);
    let tuned = gpu.compile(&model.plan).unwrap();
    let ticket = gpu.run(tuned, Phase::All, &[step]).unwrap();
    let with = losses(&mut gpu, ticket)[0];
    let (mut plain, program) = loaded(&model);
    plain.run(program, Phase::All, &[step]).unwrap();
    let ticket = plain.run(program, Phase::All, &[step]).unwrap();
    let without = losses(&mut plain, ticket)[0];
    assert!((with.objective - without.objective).abs() < 1e-4 * without.objective, "{with:?}, {without:?}");
}
