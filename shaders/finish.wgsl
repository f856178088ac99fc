// What follows a sum on its way to memory: its bias, if there is one, and then f of it, or f'(v) times it.
override biased: bool;  // whether there is a bias
override through: bool; // whether there is a v

fn finish(sum: f32, replica: u32, column: u32, at: u32) -> f32 {
    var value = sum;
    if biased {
        value += bias[replica * p.bias_stride + column];
    }
    if through {
        return value * derivative(v[replica * p.v_stride + at]);
    }
    return forward(value);
}
