//! `model.py`: a spec written out as a PyTorch module whose submodules bear the names of the checkpoint's tensors.

use vae_playground::params::Layout;
use vae_playground::spec::{Activation, ImageShape, LayerSpec, Likelihood, Stage, Transform};
use vae_playground::{Result, VaeSpec};

use super::fill;

/// The module, as a Python file.
pub(super) fn source(spec: &VaeSpec) -> Result<String> {
    let layout = Layout::new(spec)?;
    let stages = spec.stages()?;
    let examples = layout.tensors.iter().any(|t| t.name == "fc1.weight");
    let mut encoder = Side::new("encoder", examples.then_some(1));
    encoder.images(spec);
    encoder.layers(&spec.encoder, &stages.encoder);
    let mut decoder = Side::new("decoder", examples.then_some(3));
    decoder.latent(spec);
    decoder.layers(&spec.decoder, &stages.decoder);

    let (mu, logvar) = if examples { ("fc21", "fc22") } else { ("mu", "logvar") };
    let hidden = encoder.flat();
    encoder.forward.push(format!("return self.{mu}({hidden}), self.{logvar}({hidden})"));
    let last = decoder.forward.pop().expect("a decoder has at least one layer");
    let logits = last.trim_start_matches("h = ");
    decoder.forward.push(match decoder.shape {
        Shape::Flat(_) => format!("return {logits}.unflatten(1, SHAPE)"),
        Shape::Image(_) => format!("return {logits}"),
    });

    let mut modules = encoder.modules();
    for head in [mu, logvar] {
        modules.push(format!("self.{head} = nn.Linear({}, {})", stages.hidden, spec.latent));
    }
    modules.extend(decoder.modules());

    let ImageShape { channels, height, width } = spec.input;
    let conditional = spec.classes > 0;
    let if_conditional = |text| if conditional { text } else { "" };
    let (likelihood, logits) = match spec.likelihood {
        Likelihood::Gaussian { sigma } => {
            let text = include_str!("templates/gaussian.py");
            (fill(text, &[("sigma", &sigma.to_string())]), "The mean of p(x|z)")
        }
        _ => (include_str!("templates/bernoulli.py").to_owned(), "Logits of the pixels' probabilities"),
    };
    let indented =
        |lines: &[String]| lines.iter().map(|line| format!("        {line}")).collect::<Vec<_>>().join("\n");
    let text = fill(
        include_str!("templates/model.py"),
        &[
            ("parameters", &layout.parameter_count().to_string()),
            ("shape", &format!("({channels}, {height}, {width})")),
            ("classes", &spec.classes.to_string()),
            ("latent", &spec.latent.to_string()),
            ("spec", &spec.to_json()),
            ("modules", &indented(&modules)),
            ("encode", &indented(&encoder.forward)),
            ("decode", &indented(&decoder.forward)),
            ("likelihood", likelihood.trim_end()),
            ("about_logits", logits),
            ("about_labels", if_conditional(", both given labels y: a tensor [n] of class numbers")),
            ("y", if_conditional(", y")),
            ("y_draws", if_conditional(", y.repeat_interleave(draws, dim=0)")),
        ],
    );
    let mut imports = Vec::new();
    if text.contains("math.") {
        imports.push("import math\n");
    }
    imports.push("import torch");
    if text.contains("F.") {
        imports.push("import torch.nn.functional as F");
    }
    imports.push("from torch import nn");
    Ok(fill(&text, &[("imports", &imports.join("\n"))]))
}

/// The shape of a value in the forward pass, without its first dimension.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Flat(u32),
    Image(ImageShape),
}

/// Encoder or decoder while it is being written.
struct Side {
    name: &'static str,
    /// With pytorch/examples' names: the number of the first layer.
    first: Option<usize>,
    /// One constructor for each layer of the spec.
    list: Vec<String>,
    /// Assignments of modules that stand by themselves.
    single: Vec<String>,
    forward: Vec<String>,
    /// The Python expression of what the layers so far make of the input.
    value: &'static str,
    shape: Shape,
}

impl Side {
    const fn new(name: &'static str, first: Option<usize>) -> Self {
        Self {
            name,
            first,
            list: Vec::new(),
            single: Vec::new(),
            forward: Vec::new(),
            value: "h",
            shape: Shape::Flat(0),
        }
    }

    /// Begins with images, a conditional model's labels joined to them.
    fn images(&mut self, spec: &VaeSpec) {
        let one_hot = "F.one_hot(y, CLASSES).to(x.dtype)";
        let image = spec.input;
        let convolved = matches!(
            spec.encoder.first(),
            Some(LayerSpec::Conv2d { .. } | LayerSpec::ConvTranspose2d { .. })
        );
        if spec.classes == 0 {
            self.value = "x";
            self.shape = Shape::Image(image);
        } else if convolved {
            let line = format!("planes = {one_hot}[:, :, None, None].expand(-1, -1, *SHAPE[1:])");
            self.forward.push(line);
            self.forward.push("h = torch.cat([x, planes], dim=1)".into());
            self.shape = Shape::Image(ImageShape { channels: image.channels + spec.classes, ..image });
        } else {
            self.forward.push(format!("h = torch.cat([x.flatten(1), {one_hot}], dim=1)"));
            self.shape = Shape::Flat(image.len() + spec.classes);
        }
    }

    /// Begins with z, a conditional model's labels behind it.
    fn latent(&mut self, spec: &VaeSpec) {
        self.shape = Shape::Flat(spec.latent + spec.classes);
        if spec.classes == 0 {
            self.value = "z";
        } else {
            self.forward.push("h = torch.cat([z, F.one_hot(y, CLASSES).to(z.dtype)], dim=1)".into());
        }
    }

    /// Writes every layer, the added output layer included; `stages` are those with parameters.
    fn layers(&mut self, layers: &[LayerSpec], stages: &[Stage]) {
        for (i, layer) in layers.iter().enumerate() {
            match *layer {
                LayerSpec::Flatten {} => self.flatten(i),
                LayerSpec::Reshape { channels, height, width } => {
                    self.reshape(i, ImageShape { channels, height, width });
                }
                _ => {
                    let place = stages.iter().position(|s| s.index == Some(i));
                    let place = place.expect("every layer but flatten and reshape has parameters");
                    self.stage(layer, &stages[place], place);
                }
            }
        }
        if let Some((output, before)) = stages.split_last()
            && output.index.is_none()
        {
            let name = self.first.map_or("output".to_owned(), |first| format!("fc{}", first + before.len()));
            let input = self.flat();
            self.single.push(format!("self.{name} = {}", constructor(output, 0)));
            self.assign(format!("self.{name}({input})"), output);
        }
    }

    fn flatten(&mut self, i: usize) {
        let call = match self.first {
            Some(_) => format!("{}.flatten(1)", self.value),
            None => format!("self.{}[{i}]({})", self.name, self.value),
        };
        self.list.push("nn.Flatten()".into());
        let values = match self.shape {
            Shape::Flat(values) => values,
            Shape::Image(image) => image.len(),
        };
        self.set(call, Shape::Flat(values));
    }

    fn reshape(&mut self, i: usize, to: ImageShape) {
        let ImageShape { channels, height, width } = to;
        let arguments = format!("1, ({channels}, {height}, {width})");
        let input = self.flat();
        let call = match self.first {
            Some(_) => format!("{input}.unflatten({arguments})"),
            None => format!("self.{}[{i}]({input})", self.name),
        };
        self.list.push(format!("nn.Unflatten({arguments})"));
        self.set(call, Shape::Image(to));
    }

    fn stage(&mut self, layer: &LayerSpec, stage: &Stage, place: usize) {
        let output_padding = match layer {
            LayerSpec::ConvTranspose2d { output_padding, .. } => *output_padding,
            _ => 0,
        };
        let module = constructor(stage, output_padding);
        let input = if stage.transform == Transform::Linear { self.flat() } else { self.image() };
        let name = match self.first {
            Some(first) => {
                let name = format!("fc{}", first + place);
                self.single.push(format!("self.{name} = {module}"));
                name
            }
            None => format!("{}[{}]", self.name, self.list.len()),
        };
        self.list.push(module);
        self.assign(format!("self.{name}({input})"), stage);
    }

    /// The stage's activation over a call of its module.
    fn assign(&mut self, call: String, stage: &Stage) {
        let value = match function(stage.activation) {
            Some(function) => format!("{function}({call})"),
            None => call,
        };
        let linear = stage.transform == Transform::Linear;
        self.set(value, if linear { Shape::Flat(stage.output.len()) } else { Shape::Image(stage.output) });
    }

    fn set(&mut self, value: String, shape: Shape) {
        self.forward.push(format!("h = {value}"));
        self.value = "h";
        self.shape = shape;
    }

    /// The value as rows.
    fn flat(&self) -> String {
        match self.shape {
            Shape::Flat(_) => self.value.to_owned(),
            Shape::Image(_) => format!("{}.flatten(1)", self.value),
        }
    }

    /// The value as images.
    fn image(&self) -> String {
        match self.shape {
            Shape::Flat(values) => format!("{}.unflatten(1, ({values}, 1, 1))", self.value),
            Shape::Image(_) => self.value.to_owned(),
        }
    }

    /// Lines of `__init__`.
    fn modules(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.first.is_none() && !self.list.is_empty() {
            lines.push(format!("self.{} = nn.ModuleList(", self.name));
            lines.push("    [".into());
            lines.extend(self.list.iter().map(|module| format!("        {module},")));
            lines.push("    ]".into());
            lines.push(")".into());
        }
        lines.extend(self.single.iter().cloned());
        lines
    }
}

fn constructor(stage: &Stage, output_padding: u32) -> String {
    match stage.transform {
        Transform::Linear => format!("nn.Linear({}, {})", stage.input.len(), stage.output.len()),
        Transform::Conv(g) => format!(
            "nn.Conv2d({}, {}, kernel_size={}, stride={}, padding={})",
            g.large.channels, g.small.channels, g.kernel, g.stride, g.padding
        ),
        Transform::ConvTranspose(g) => format!(
            "nn.ConvTranspose2d({}, {}, kernel_size={}, stride={}, padding={}, output_padding={output_padding})",
            g.small.channels, g.large.channels, g.kernel, g.stride, g.padding
        ),
    }
}

/// PyTorch's name of an activation; none for identity.
const fn function(activation: Activation) -> Option<&'static str> {
    Some(match activation {
        Activation::Identity => return None,
        Activation::Relu => "F.relu",
        Activation::LeakyRelu => "F.leaky_relu",
        Activation::Tanh => "torch.tanh",
        Activation::Sigmoid => "torch.sigmoid",
        Activation::Softplus => "F.softplus",
        Activation::Gelu => "F.gelu",
        Activation::Silu => "F.silu",
        Activation::Elu => "F.elu",
    })
}
