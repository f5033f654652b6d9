//! Every shader's text: valid WGSL, and the house rules, checked on what the compiler understood.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use naga::front::wgsl;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, StorageAccess};
use vae_playground::gpu::shaders::{SHADERS, Shader};

use crate::oracle::cases::{CHAINS, Extent, OPS, cases};

fn parse(shader: &Shader) -> Module {
    let source = shader.source();
    let module =
        wgsl::parse_str(&source).unwrap_or_else(|e| panic!("{}: {}", shader.name, e.emit_to_string(&source)));
    Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|e| panic!("{}: {}", shader.name, e.emit_to_string(&source)));
    module
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "wgsl") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_shader_is_valid() {
    for shader in SHADERS {
        parse(shader);
    }
}

#[test]
fn every_file_is_used_and_every_op_has_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    for path in files(&folder) {
        let file = path.strip_prefix(&folder).unwrap().with_extension("");
        let used = SHADERS.iter().flat_map(Shader::pieces).any(|piece| Path::new(piece.file) == file);
        assert!(used, "no shader includes {}", path.display());
    }
    let names: BTreeSet<&str> = SHADERS.iter().map(|s| s.name).collect();
    assert_eq!(names, OPS.into_iter().chain(CHAINS).collect());
    for shader in SHADERS {
        let last = shader.pieces().last().unwrap();
        // Updates are one file for all optimisers.
        let rest = shader.name.strip_prefix(last.file);
        assert!(
            rest.is_some_and(|r| r.is_empty() || r.starts_with('_')),
            "{} ends in another file",
            shader.name
        );
    }
}

/// Storage bindings of group 1 in order, and whether each is written.
fn storage(module: &Module) -> Vec<(u32, bool)> {
    let mut found = Vec::new();
    for (_, variable) in module.global_variables.iter() {
        if let (AddressSpace::Storage { access }, Some(place)) = (variable.space, &variable.binding) {
            assert_eq!(place.group, 1);
            found.push((place.binding, access.contains(StorageAccess::STORE)));
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn bindings_are_those_of_the_op() {
    for shader in SHADERS {
        let module = parse(shader);
        let op = &cases(shader.name, Extent::Reduced)[0].plan.ops[0];
        let count = |read: usize, written: usize| [vec![false; read], vec![true; written]].concat();
        let written: Vec<bool> = match shader.name {
            // Four arenas, and all gradients.
            "linear_grad_weight" => count(4, 1),
            "fused/gather_linear" => count(4, 2),
            "fused/latent" => count(2, 4),
            "fused/latent_grad" => count(6, 2),
            // Four arenas; parameters, moments and the arena of the losses.
            name if name.starts_with("fused/update") => count(4, 4),
            _ => op.bindings().iter().map(|b| b.written).collect(),
        };
        let expected: Vec<(u32, bool)> = (1..).zip(written).collect();
        assert_eq!(storage(&module), expected, "{}", shader.name);
    }
}

#[test]
fn every_shader_stays_within_webgpu_defaults() {
    for shader in SHADERS {
        let module = parse(shader);
        let (name, mut workgroup) = (shader.name, 0);
        for (_, variable) in module.global_variables.iter() {
            let bytes = module.types[variable.ty].inner.size(module.to_ctx());
            match variable.space {
                AddressSpace::WorkGroup => workgroup += bytes,
                AddressSpace::Uniform => assert!(bytes <= 64 << 10, "{name}: {bytes} bytes of constants"),
                _ => {}
            }
        }
        assert!(workgroup <= 16 << 10, "{name}: {workgroup} bytes of workgroup memory");
        assert!(storage(&module).len() <= 8, "{name}: {} storage buffers", storage(&module).len());
        let [entry] = &module.entry_points[..] else { panic!("{name}: one entry point expected") };
        assert_eq!(entry.name, "main");
        assert!(entry.workgroup_size.iter().product::<u32>() <= 256, "{name}: {:?}", entry.workgroup_size);
        assert!(module.overrides.is_empty(), "{name}: sizes are constants");
    }
}

/// A binding's text names what it is: bytes of the step's block, in the order that Rust writes them.
#[test]
fn the_step_block_is_laid_out_as_in_rust() {
    let module = parse(&SHADERS[0]);
    let (_, step) = module.types.iter().find(|(_, t)| t.name.as_deref() == Some("Step")).unwrap();
    let naga::TypeInner::Struct { members, span } = &step.inner else { panic!("Step is a struct") };
    assert_eq!(*span as usize, size_of::<vae_playground::op::Step>());
    let offsets: Vec<(&str, usize)> =
        members.iter().map(|m| (m.name.as_deref().unwrap(), m.offset as usize)).collect();
    macro_rules! rust {
        ($($field:ident),+) => {
            [$((stringify!($field), std::mem::offset_of!(vae_playground::op::Step, $field))),+]
        };
    }
    assert_eq!(
        offsets,
        rust!(
            rows,
            row_offset,
            first,
            slot,
            seed,
            step,
            noise,
            beta,
            inv_batch,
            learning_rate,
            bias1,
            bias2,
            pad
        )
    );
}
