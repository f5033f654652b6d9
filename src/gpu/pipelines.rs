//! Compiled shaders, each made once per executor and shared by all plans.

use crate::error::{Error, Result};
use crate::op::Step;

use super::adapter::Adapter;
use super::shaders::SHADERS;

/// A compiled shader and the shape of its bind group 1.
#[derive(Debug, Clone)]
pub(super) struct Pipeline {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
}

/// The pipelines made so far. A few dozen at most: a list costs the browser less code than a map.
#[derive(Debug)]
pub(super) struct Pipelines {
    /// Shape of bind group 0: the step's block, at an offset given with each step.
    pub(super) step_layout: wgpu::BindGroupLayout,
    made: Vec<(usize, Pipeline)>,
    replaced: Vec<(usize, String)>,
}

fn entry(binding: u32, ty: wgpu::BufferBindingType, dynamic: bool) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: dynamic, min_binding_size: None },
        count: None,
    }
}

impl Pipelines {
    pub(super) fn new(adapter: &Adapter) -> Self {
        let mut step = entry(0, wgpu::BufferBindingType::Uniform, true);
        if let wgpu::BindingType::Buffer { min_binding_size, .. } = &mut step.ty {
            *min_binding_size = wgpu::BufferSize::new(size_of::<Step>() as u64);
        }
        let step_layout = adapter.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("step"),
            entries: &[step],
        });
        Self { step_layout, made: Vec::new(), replaced: Vec::new() }
    }

    /// Puts another text in the place of a shader's, for pipelines made from now on.
    pub(super) fn replace(&mut self, shader: usize, source: String) {
        self.made.retain(|made| made.0 != shader);
        self.replaced.retain(|replaced| replaced.0 != shader);
        self.replaced.push((shader, source));
    }

    /// The pipeline of a shader whose bindings from 1 on are written or not as `writes` says.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with the compiler's words where the driver refuses the shader.
    pub(super) fn get(&mut self, adapter: &Adapter, shader: usize, writes: &[bool]) -> Result<Pipeline> {
        if let Some((_, made)) = self.made.iter().find(|made| made.0 == shader) {
            return Ok(made.clone());
        }
        let name = SHADERS[shader].name;
        let source = self.replaced.iter().find(|replaced| replaced.0 == shader);
        let source = source.map_or_else(|| SHADERS[shader].source(), |replaced| replaced.1.clone());
        let device = &adapter.device;
        let storage = writes
            .iter()
            .zip(1..)
            .map(|(&written, i)| entry(i, wgpu::BufferBindingType::Storage { read_only: !written }, false));
        let entries: Vec<_> =
            std::iter::once(entry(0, wgpu::BufferBindingType::Uniform, false)).chain(storage).collect();
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(name),
            entries: &entries,
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(name),
            bind_group_layouts: &[Some(&self.step_layout), Some(&layout)],
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(name),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        adapter.health.check().map_err(|e| match e {
            Error::Unsupported(why) => Error::Unsupported(format!("shader {name}: {why}")),
            other => other,
        })?;
        let made = Pipeline { pipeline, layout };
        self.made.push((shader, made.clone()));
        Ok(made)
    }
}
