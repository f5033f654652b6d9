// What is done to each sum of a convolution; the including kernel binds `side`.

// activation(sum + bias) of a layer, or the gradient on its way back through the activation that made `at`.
fn epilogue(channel: u32, at: u32, sum: f32) -> f32 {
    if p.backward == 0u {
        return activate(p.activation, sum + side[channel]);
    }
    // Identity has nothing saved: its binding is some other buffer.
    if p.activation == 0u {
        return sum;
    }
    return sum * activation_gradient(p.activation, side[at]);
}

